"""The layer brings boto3, for either processor, and what tests and types see is what it brings."""

import re
from typing import Any

import pytest

from tests.template.expanded import TEMPLATE, expanded, resources, written

ROOT = TEMPLATE.parent
LAYER = ROOT / "layers" / "crosscheck" / "requirements.txt"


def _pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("package", ["boto3", "botocore"])
def test_boto3_is_pinned_in_the_layer_and_is_the_one_that_is_tested(package: str) -> None:
    assert package in _pins("layers/crosscheck/requirements.txt")
    assert _pins("layers/crosscheck/requirements.txt")[package] == _pins("requirements/dev.txt")[package]


def test_operators_run_the_kernel_with_the_libraries_that_it_was_tested_with() -> None:
    layer, command = _pins("layers/crosscheck/requirements.txt"), _pins("requirements/cli.txt")
    assert layer
    assert {name: command.get(name) for name in layer} == layer


def test_the_local_runtime_lends_no_boto3() -> None:
    assert not _pins("requirements/runtime.txt").keys() & {"boto3", "botocore"}


def test_every_function_gets_the_layer_and_the_processor_that_was_chosen() -> None:
    for name, function in resources("AWS::Lambda::Function").items():
        assert function["Architectures"] == [{"Ref": "Architecture"}], name
        assert len(function["Layers"]) == 1, name


def test_the_layer_fits_every_processor_that_can_be_chosen() -> None:
    template: dict[str, Any] = written()
    [layer] = resources("AWS::Lambda::LayerVersion").values()
    assert set(layer["CompatibleArchitectures"]) == set(template["Parameters"]["Architecture"]["AllowedValues"])
    assert "--platform any" in (LAYER.parent / "Makefile").read_text(), "nothing in it is compiled for one of them"


def test_forwarding_is_refused_before_anything_else_is_made_in_other_regions() -> None:
    made = expanded()["Resources"]
    assert {name: made[name]["DependsOn"] for name in ("Stores", "Replication")} == {
        "Stores": "Forwarding",
        "Replication": "Forwarding",
    }
