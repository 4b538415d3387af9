"""Release A where one region's page never answers: the others do not wait for it."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.canary_regions import AP, EU, SECONDS, US, running, told
from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.scenarios.canary_service import CanaryService
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

NAME = "multi-region-service-probed"


@pytest.fixture
def black_hole() -> Iterator[str]:
    """The URL of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.fixture
def probed(canary: CanaryService, black_hole: str) -> Iterator[str]:
    """A second pipeline to the same services, one of whose gates asks for that page; its first execution."""
    definition = canary.definition() | {"name": NAME}
    _tell_gate(definition, "Validate-EU-West", checks=[{"kind": "http", "url": black_hole}], failure_limit=1)
    _tell_gate(definition, "Validate-EU-West", rollback="suggest")
    canary.client.create_pipeline(pipeline=definition, tags=[{"key": "crosscheck:rollback", "value": "auto"}])
    (started,) = canary.client.list_pipeline_executions(pipelineName=NAME)["pipelineExecutionSummaries"]
    yield started["pipelineExecutionId"]
    canary.client.delete_pipeline(name=NAME)


def test_a_region_that_hangs_does_not_delay_the_verdicts_of_the_others(
    canary: CanaryService, outside: Outside, probed: str, black_hole: str
) -> None:
    outside.card(probed, lambda payload: payload["regions"] == {US: "passed", EU: "verifying", AP: "passed"})
    wait_until(lambda: _status(canary, probed) == "Failed", "the end of the release", SECONDS)
    failed = f"FAIL regions={EU}: {EU}: {black_hole}: no answer within 10 seconds"
    suggested = "↳ rollback suggested: my-service runs my-service:"
    told(outside, probed, failed, suggested, us="passed", eu="failed", ap="passed")
    after = running(outside)
    assert all(region.serves for region in after.values())


def _tell_gate(definition: dict[str, Any], name: str, **parameters: Any) -> None:
    actions = [action for stage in definition["stages"] for action in stage["actions"]]
    configuration = next(action for action in actions if action["name"] == name)["configuration"]
    configuration["UserParameters"] = json.dumps(json.loads(configuration["UserParameters"]) | parameters)


def _status(canary: CanaryService, execution: str) -> str:
    answer = canary.client.get_pipeline_execution(pipelineName=NAME, pipelineExecutionId=execution)
    return str(answer["pipelineExecution"]["status"])
