"""Release A by pipelines that differ in one place: a page that never answers, an action that deploys nothing."""

from __future__ import annotations

import json
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.canary_regions import AP, EU, SECONDS, US, running, told
from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.scenarios.canary_service import CanaryService
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

type Definition = dict[str, Any]


@pytest.fixture
def black_hole() -> Iterator[str]:
    """The URL of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_a_region_that_hangs_does_not_delay_the_verdicts_of_the_others(
    canary: CanaryService, outside: Outside, black_hole: str
) -> None:
    definition = canary.definition() | {"name": "multi-region-service-probed"}
    gate = _configuration(definition, "Validate-EU-West")
    asked = {"checks": [{"kind": "http", "url": black_hole}], "failure_limit": 1, "rollback": "suggest"}
    gate["UserParameters"] = json.dumps(json.loads(gate["UserParameters"]) | asked)
    with _pipeline(canary, definition) as execution:
        outside.card(execution, lambda payload: payload["regions"] == {US: "passed", EU: "verifying", AP: "passed"})
        _wait_for_failure(canary, definition, execution)
        failed = f"*{EU}* failed · {black_hole}: no answer within 10 seconds"
        suggested = "↳ rollback suggested: my-service runs my-service:"  # the gate prevails over the tag
        told(outside, execution, failed, suggested, us="passed", eu="failed", ap="passed")
    assert all(region.serves for region in running(outside).values())


def test_f67_where_a_failed_action_has_deployed_nothing_there_is_nothing_to_take_back(
    canary: CanaryService, outside: Outside
) -> None:
    before = running(outside)
    definition = canary.definition() | {"name": "multi-region-service-misled"}
    _configuration(definition, "Deploy-AP-Southeast")["FileName"] = "nowhere.json"
    with _pipeline(canary, definition) as execution:
        _wait_for_failure(canary, definition, execution)
        failed = f"*{AP}* failed · Did not find the image definition file nowhere.json"
        runs = before[AP].task_definition
        left = f"↳ Deploy-AP-Southeast deployed nothing: my-service runs {runs} as before"
        told(outside, execution, failed, left, us="passed", eu="passed", ap="failed")
    after = running(outside)
    assert after[AP] == before[AP]
    assert after[US].serves
    assert after[EU].serves


@contextmanager
def _pipeline(canary: CanaryService, definition: Definition) -> Iterator[str]:
    """A second pipeline to the same services for a while; its first execution."""
    tags = [{"key": key, "value": value} for key, value in canary.tags.items()]
    canary.client.create_pipeline(pipeline=definition, tags=tags)
    (started,) = canary.client.list_pipeline_executions(pipelineName=definition["name"])["pipelineExecutionSummaries"]
    try:
        yield started["pipelineExecutionId"]
    finally:  # else every later push would start it as well
        canary.client.delete_pipeline(name=definition["name"])


def _configuration(definition: Definition, action: str) -> dict[str, str]:
    actions = [each for stage in definition["stages"] for each in stage["actions"]]
    found: dict[str, str] = next(each for each in actions if each["name"] == action)["configuration"]
    return found


def _wait_for_failure(canary: CanaryService, definition: Definition, execution: str) -> None:
    asked = {"pipelineName": definition["name"], "pipelineExecutionId": execution}

    def failed() -> bool:
        status = canary.client.get_pipeline_execution(**asked)["pipelineExecution"]["status"]
        assert status in {"InProgress", "Failed"}
        return bool(status == "Failed")

    wait_until(failed, "the end of the release", SECONDS)
