from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crosscheck
from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.wire import from_json, to_json
from crosscheck.services.ecr.check import planned_replica

RUN = ActionRun(
    "S", "A", "Succeeded", 1.5, {"FileName": "images.json"}, {"In": Artifact("b", "k")}, "111122223333", "E"
)


@pytest.mark.parametrize(
    "planned",
    [
        PlannedCheck("ecs-service", "eu-west-1", {"cluster": "c", "service": "s"}, RUN),
        PlannedCheck("ecs-service", "eu-west-1", {"cluster": "c", "service": "s"}, ActionRun("S", "A", "Failed", 0.0)),
        PlannedCheck(
            "S3", "eu-west-1", {"action": "X"}, unsupported="no check for provider S3 in this version (action X)"
        ),
        PlannedCheck("http", "eu-west-1", {"url": "https://example.com/", "status": "204"}),
        PlannedCheck("http", "eu-west-1", {"url": "https://example.com/"}, since=1_767_607_500.25),
        planned_replica("my-service", "sha256:" + "ab" * 32, "us-east-1", "eu-west-1", "111122223333"),
    ],
)
def test_a_check_travels_as_json(planned: PlannedCheck) -> None:
    carried = json.loads(json.dumps(to_json(planned)))
    assert from_json(carried) == planned
    assert from_json(carried).id == planned.id


def test_f50_what_no_check_reads_of_an_action_stays_behind() -> None:
    secrets = {"ParameterOverrides": '{"Password": "hidden"}', "UserParameters": "hidden", "ClientSecret": "hidden"}
    told = {"ActionMode": "CREATE_UPDATE", **secrets}
    outputs = {"FunctionVersion": "8", "Endpoint": "hidden"}
    run = ActionRun("S", "A", "Succeeded", 1.5, told, outputs=outputs)
    carried = to_json(PlannedCheck("cloudformation-stack", "eu-west-1", {"stack": "s"}, run))
    assert carried["run"]["configuration"] == {"ActionMode": "CREATE_UPDATE"}
    assert carried["run"]["outputs"] == {"FunctionVersion": "8"}
    assert "hidden" not in json.dumps(carried)


def test_what_is_read_of_an_actions_configuration_travels() -> None:
    root = Path(crosscheck.__file__).parent
    sources = [path.read_text() for path in (root / "services").rglob("*.py")]
    read = {key for text in sources for key in re.findall(r'run\.configuration\.get\(f?"([^"]+)"', text)}
    assert len(read) > 4
    every = {key.replace("{number}", number) for key in read for number in "1234"}
    run = ActionRun("S", "A", "Succeeded", 1.5, dict.fromkeys(every, "x"))
    assert to_json(PlannedCheck("s3-object", "r", {}, run))["run"]["configuration"].keys() == every


def test_when_the_release_began_makes_no_other_check() -> None:
    one, other = (PlannedCheck("http", "r", {"url": "u"}, since=since) for since in (0.0, 5.0))
    assert (one.key, one.id) == (other.key, other.id)


def test_what_is_empty_is_left_out() -> None:
    assert to_json(PlannedCheck("http", "r", {"url": "u"})) == {
        "kind": "http",
        "region": "r",
        "parameters": {"url": "u"},
    }


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (None, "a check must be an object"),
        ({"region": "r"}, "kind must be a string"),
        ({"kind": "nonsense", "region": "r"}, "no check 'nonsense' in this version; it knows: alarms, "),
        ({"kind": "http", "region": "r"}, "a planned http lacks the parameter url"),
        ({"kind": "http", "region": 5, "parameters": {"url": "u"}}, "region must be a string"),
        ({"kind": "http", "region": "r", "parameters": {"url": 5}}, "url must be a string"),
        ({"kind": "S3", "region": "r", "gap": "g", "run": {}}, "started must be a number"),
        ({"kind": "S3", "region": "r", "gap": "g", "run": {"started": True}}, "started must be a number"),
        ({"kind": "S3", "region": "r", "gap": "g", "since": "1"}, "since must be a number"),
        ({"kind": "S3", "region": "r", "gap": "g", "since": True}, "since must be a number"),
        ({"kind": "S3", "region": "r", "gap": "g", "since": float("nan")}, "since must be a number"),
        ({"kind": "S3", "region": "r", "gap": "g", "since": 10**400}, "since must be a number"),
        ({"kind": "S3", "region": "r", "gap": "g", "run": 5}, "run must be an object"),
        ({"kind": "S3", "region": "r", "gap": "g", "run": {"started": 1, "inputs": {"a": 5}}}, "inputs must be an"),
    ],
)
def test_another_shape_is_refused(document: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        from_json(document)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)
names = st.sampled_from(["kind", "region", "parameters", "run", "gap", "since"])


@given(json_values | st.dictionaries(names, json_values | st.sampled_from(["http", "ecs-service"])))
def test_any_document_is_read_or_refused(document: Any) -> None:
    try:
        planned = from_json(document)
    except ConfigurationError:
        return
    assert isinstance(planned.region, str)
