from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck import json_documents
from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.checks import known, portable
from crosscheck.registry.services import EVERY_CHECK

RUN = ActionRun(
    "S", "A", "Succeeded", 1.5, {"FileName": "images.json"}, {"In": Artifact("b", "k")}, "111122223333", "E"
)
UNSUPPORTED = {"kind": "AppConfig", "region": "r", "parameters": {}, "unsupported": "no check for it"}
GIVEN_RUN = {"stage": "S", "name": "A", "status": "Failed"}
# What is read of an action's definition when a check is planned.
OF_DEFINITIONS = {"ObjectKey", "AllowOverrideForS3ObjectKey", "S3Bucket", "S3ObjectKey"}


def to_json(planned: PlannedCheck) -> dict[str, Any]:
    return json_documents.write(portable(planned))


def from_json(document: object) -> PlannedCheck:
    return known(json_documents.read(PlannedCheck, document, "a planned check"))


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
        PlannedCheck("ecr-image", "eu-west-1", {"repository": "r", "digest": "sha256:" + "ab" * 32}),
    ],
)
def test_a_check_travels_as_json(planned: PlannedCheck) -> None:
    carried = json.loads(json.dumps(to_json(planned)))
    assert from_json(carried) == planned
    assert from_json(carried).id == planned.id


def test_f50_what_the_check_does_not_read_of_an_action_stays_behind() -> None:
    secrets = {"ParameterOverrides": '{"Password": "hidden"}', "UserParameters": "hidden", "ClientSecret": "hidden"}
    told = {"ActionMode": "CREATE_UPDATE", **secrets}
    outputs = {"FunctionVersion": "8", "Endpoint": "hidden"}
    run = ActionRun("S", "A", "Succeeded", 1.5, told, outputs=outputs)
    carried = to_json(PlannedCheck("cloudformation-stack", "eu-west-1", {"stack": "s"}, run))
    assert carried["run"]["configuration"] == {"ActionMode": "CREATE_UPDATE"}
    assert "hidden" not in json.dumps(carried)
    alias = to_json(PlannedCheck("lambda-alias", "eu-west-1", {"function": "f", "alias": "live"}, run))
    assert alias["run"]["outputs"] == {"FunctionVersion": "8"}
    unknown = to_json(PlannedCheck("AppConfig", "eu-west-1", {}, run, unsupported="no check for provider AppConfig"))
    assert "hidden" not in json.dumps(unknown)
    assert unknown["run"]["status"] == "Succeeded"


@pytest.mark.parametrize("kind", sorted(EVERY_CHECK))
def test_a_check_declares_what_it_reads_of_an_action(kind: str) -> None:
    """By the text of its service: a key that is read and not declared would be missing wherever the check runs."""
    check = EVERY_CHECK[kind]
    folder = Path(inspect.getfile(type(check))).parent
    text = "\n".join(path.read_text() for path in folder.glob("*.py"))
    keys = set(re.findall(r'\.configuration\.get\("([^"]+)"', text)) | set(re.findall(r'outputs\.get\("([^"]+)"', text))
    declared = {
        key
        for each in EVERY_CHECK.values()
        if Path(inspect.getfile(type(each))).parent == folder
        for key in each.reads_configuration | each.reads_outputs
    }
    assert keys - declared <= OF_DEFINITIONS


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
        (None, "a planned check is not an object"),
        ({"region": "r"}, "not what this version wrote: kind"),
        (
            {"kind": "nonsense", "region": "r", "parameters": {}},
            "no check 'nonsense' in this version; it knows: alarms, ",
        ),
        ({"kind": "http", "region": "r", "parameters": {}}, "a planned http lacks the parameter url"),
        ({"kind": "http", "region": 5, "parameters": {"url": "u"}}, "not what this version wrote: region"),
        ({"kind": "http", "region": "r", "parameters": {"url": 5}}, "not what this version wrote: parameters"),
        ({**UNSUPPORTED, "run": {}}, "not what this version wrote: run.stage"),
        ({**UNSUPPORTED, "run": {**GIVEN_RUN, "started": True}}, "not what this version wrote"),
        ({**UNSUPPORTED, "since": "1"}, "not what this version wrote"),
        ({**UNSUPPORTED, "since": True}, "not what this version wrote"),
        ({**UNSUPPORTED, "since": float("nan")}, "not what this version wrote"),
        ({**UNSUPPORTED, "since": 10**400}, "not what this version wrote"),
        ({**UNSUPPORTED, "run": 5}, "not what this version wrote: run"),
        ({**UNSUPPORTED, "run": {**GIVEN_RUN, "inputs": {"a": 5}}}, "not what this version wrote: run.inputs"),
        ({**UNSUPPORTED, "more": 5}, "not what this version wrote"),
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
names = st.sampled_from(["kind", "region", "parameters", "run", "unsupported", "since"])


@given(json_values | st.dictionaries(names, json_values | st.sampled_from(["http", "ecs-service"])))
def test_any_document_is_read_or_refused(document: Any) -> None:
    try:
        planned = from_json(document)
    except ConfigurationError:
        return
    assert isinstance(planned.region, str)
