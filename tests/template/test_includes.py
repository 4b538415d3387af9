"""Which files the template includes, and where."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.template.expanded import TEMPLATE, written

TRUST = "policies/trust_lambda.yaml"
POLICIES = {
    name: resource
    for name, resource in written()["Resources"].items()
    if resource.get("Type") in {"AWS::IAM::Role", "AWS::IAM::ManagedPolicy"}
}


def _locations(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("Name") == "AWS::Include":
            yield node["Parameters"]["Location"]
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _locations(part)


def test_every_file_of_policies_is_included() -> None:
    files = {f"policies/{path.name}" for path in (TEMPLATE.parent / "policies").iterdir()}
    assert set(_locations(written())) == files | {"alarms.yaml", "dashboard.yaml"}


@pytest.mark.parametrize("name", [*POLICIES])
def test_a_policy_is_in_the_file_that_is_called_after_its_role_or_managed_policy(name: str) -> None:
    called = re.sub("(?<=[a-z])(?=[A-Z])", "_", name.removesuffix("Role").removesuffix("Policy")).lower()
    assert set(_locations(POLICIES[name])) - {TRUST} == {f"policies/{called}.yaml"}
