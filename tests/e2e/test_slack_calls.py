"""How often Slack is called for a release in which nothing fails, thread replies included."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from local.scenarios.canary_service import CanaryService
from local.scenarios.scenario import Scenario
from tests.e2e.outside import wait_until, words
from tests.e2e.verifications import Verifications, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

# A build then takes four seconds and a deployment eight: before anything changes, the call before is over.
REAL_SPACING = 8
CHARTS = "my-org/charts"
STAGES, ACTIONS = ("Source", "Build", "Deploy", "Try"), 8


class CountedService(CanaryService):
    """4 stages of 2 actions each, over the services of release A: an execution has 26 events."""

    pipeline = "counted-service"

    @property
    def role(self) -> str:
        """Release A's."""
        return self.role_arn(CanaryService.pipeline)

    def create_pipeline(self) -> str:
        """Create the pipeline. No commit is pushed, which would start a release of release A's pipeline beside it."""
        return Scenario.create_pipeline(self)

    def definition(self) -> dict[str, Any]:
        """Two regions, one after the other, which no gate proves: what is found out comes beside the events."""
        source, build, _, _, deploy, _ = super().definition()["stages"]
        [fetch], [build_image] = source["actions"], build["actions"]
        fetch_charts = {**fetch, "name": "Charts", "outputArtifacts": [{"name": "Charts"}]}
        fetch_charts["configuration"] = {**fetch["configuration"], "FullRepositoryId": CHARTS}
        test = {**build_image, "name": "Test", "outputArtifacts": []}
        test["actionTypeId"] = {**build_image["actionTypeId"], "category": "Test"}
        first, second = deploy["actions"]
        actions = (
            [fetch, fetch_charts],
            [build_image, test],
            [first, {**second, "runOrder": 2}],
            [{**test, "name": "Smoke"}, {**test, "name": "Load"}],
        )
        named = [{"name": name, "actions": own} for name, own in zip(STAGES, actions, strict=True)]
        return super().definition() | {"name": self.pipeline, "stages": named}


@pytest.fixture(scope="module")
def counted(canary: CanaryService) -> Iterator[CountedService]:
    """The pipeline, with its first execution behind it."""
    service = CountedService(canary.account)
    assert service.wait(service.create_pipeline()) == "Succeeded", service.actions(service.first_execution)
    yield service
    service.client.delete_pipeline(name=service.pipeline)


def start(service: CountedService) -> str:
    """The id of a new execution."""
    return str(service.client.start_pipeline_execution(name=service.pipeline)["pipelineExecutionId"])


def calls(outside: Outside, execution: str) -> list[dict[str, Any]]:
    """Every call about the execution, once its release is over and nobody has anything to tell any more."""
    outside.told(execution, "Measured")
    wait_until(lambda: idle(outside, "CardQueue"), "an empty queue of cards")
    [card] = outside.cards(execution)
    assert card["metadata"]["event_payload"]["state"] == "SUCCEEDED"
    assert card["metadata"]["event_payload"]["regions"] == {"eu-west-1": "passed", "ap-southeast-1": "passed"}
    made = outside.history()
    return [each for each in made if card["ts"] in {each["ts"], each["payload"].get("thread_ts")}]


def idle(outside: Outside, name: str) -> bool:
    """Whether a queue is empty, and nobody works on what was in it."""
    queue = outside.client("sqs")
    [url] = [each for each in queue.list_queues()["QueueUrls"] if name in each]
    counts = queue.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return not any(int(count) for kind, count in counts.items() if kind.startswith("ApproximateNumberOf"))


def test_a_release_of_26_events_at_real_spacing_takes_8_calls_at_most(
    counted: CountedService, outside: Outside
) -> None:
    outside.post("/clock", {"speed": REAL_SPACING}).raise_for_status()
    execution = start(counted)
    assert counted.wait(execution) == "Succeeded"
    made = calls(outside, execution)
    assert len(counted.actions(execution)) == ACTIONS
    assert len(made) <= 8, told(made)


@contextmanager
def undrawn(outside: Outside) -> Iterator[None]:
    """No card is drawn meanwhile: afterwards all that happened waits in the queue of cards, as after a burst."""
    client = outside.client("lambda")
    mappings = client.list_event_source_mappings()["EventSourceMappings"]
    [drawing] = [each["UUID"] for each in mappings if "CardQueue" in each["EventSourceArn"]]
    client.update_event_source_mapping(UUID=drawing, Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=drawing, Enabled=True)


def test_a_release_of_26_events_in_a_burst_takes_3_calls_at_most(counted: CountedService, outside: Outside) -> None:
    done = Verifications(outside, counted.account.outputs["VerifyStateMachineArn"])
    with undrawn(outside):
        execution = start(counted)
        assert counted.wait(execution) == "Succeeded"
        for stage in STAGES:
            done.ended(name_of(execution, stage))
        wait_until(lambda: idle(outside, "EventsQueue"), "an empty queue of events")
        assert not outside.cards(execution)
    made = calls(outside, execution)
    assert len(made) <= 3, told(made)


def told(made: list[dict[str, Any]]) -> str:
    """What each call said, and when, for whoever has to find out why there were so many."""
    texts = (words({"blocks": each["payload"].get("blocks", [])}) for each in made)
    return "\n\n".join(f"{each['at']:.1f} {each['method']}: {text}" for each, text in zip(made, texts, strict=True))
