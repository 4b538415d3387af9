"""A run that somebody recorded on AWS: two approvals, each rejected once and then retried.

The states, attempts and times are those of the recording (us-east-1, September 2026, public repository radkawar/stackd,
testdata/aws/codepipeline/retry_counters_native.json); names and ids are ours.
"""

from datetime import datetime
from itertools import pairwise
from typing import Any

from crosscheck.ledger.states import RollbackState
from tests.builders import events
from tests.builders.changes import parse
from tests.builders.releases import Facts

DAY = "2026-09-28T17:"
# Kind, stage, state, pipeline-execution-attempt, start-time; in the order in which it happened.
RECORDED = [
    ("Pipeline", "", "STARTED", 1.0, "48:45.559Z"),
    ("Stage", "Source", "STARTED", 0.0, "48:45.783Z"),
    ("Action", "Source", "STARTED", 1.0, "48:45.872Z"),
    ("Action", "Source", "SUCCEEDED", 1.0, "48:45.872Z"),
    ("Stage", "Source", "SUCCEEDED", 0.0, "48:45.783Z"),
    ("Stage", "ManualA", "STARTED", 0.0, "48:47.315Z"),
    ("Action", "ManualA", "STARTED", 1.0, "48:47.407Z"),
    ("Action", "ManualA", "FAILED", 1.0, "48:47.407Z"),
    ("Stage", "ManualA", "FAILED", 0.0, "48:47.315Z"),
    ("Pipeline", "", "FAILED", 1.0, "48:45.559Z"),
    ("Pipeline", "", "RESUMED", 2.0, "48:45.559Z"),
    ("Stage", "ManualA", "RESUMED", 2.0, "48:47.315Z"),
    ("Action", "ManualA", "STARTED", 2.0, "49:36.558Z"),
    ("Action", "ManualA", "SUCCEEDED", 2.0, "49:36.558Z"),
    ("Stage", "ManualA", "SUCCEEDED", 2.0, "48:47.315Z"),
    ("Stage", "ManualB", "STARTED", 2.0, "50:13.534Z"),
    ("Action", "ManualB", "STARTED", 2.0, "50:13.612Z"),
    ("Action", "ManualB", "FAILED", 2.0, "50:13.612Z"),
    ("Stage", "ManualB", "FAILED", 2.0, "50:13.534Z"),
    ("Pipeline", "", "FAILED", 2.0, "48:45.559Z"),
    ("Pipeline", "", "RESUMED", 3.0, "48:45.559Z"),
    ("Stage", "ManualB", "RESUMED", 3.0, "50:13.534Z"),
    ("Action", "ManualB", "STARTED", 3.0, "50:48.798Z"),
    ("Action", "ManualB", "SUCCEEDED", 3.0, "50:48.798Z"),
    ("Stage", "ManualB", "SUCCEEDED", 3.0, "50:13.534Z"),
    ("Pipeline", "", "SUCCEEDED", 3.0, "48:45.559Z"),
]
EU = "eu-west-1"


def replayed(*, category: str = "Approval", provider: str = "Manual") -> list[events.Event]:
    """The events; the actions of the stages ``Manual…`` may be of another category."""
    return [_event(second, row, category, provider) for second, row in enumerate(RECORDED)]


def _event(second: int, row: tuple[str, str, str, float, str], category: str, provider: str) -> events.Event:
    kind, stage, state, attempt, start = row
    more: dict[str, Any] = {"pipeline-execution-attempt": attempt, "start-time": f"{DAY}{start}"}
    began = datetime.fromisoformat(f"{DAY}48:45.000+00:00")
    match kind:
        case "Pipeline":
            event = events.pipeline(state, **more)
        case "Stage":
            event = events.stage(stage, state, **more)
        case _:
            source = stage == "Source"
            category, provider = ("Source", "S3") if source else (category, provider)
            event = events.action(stage, "Do", state, region=EU, more=more, category=category, provider=provider)
    event["time"] = datetime.fromtimestamp(began.timestamp() + 10 * second, began.tzinfo).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event


def test_f64_each_stage_and_its_actions_agree_on_their_attempts() -> None:
    facts = Facts()
    for event in replayed():
        facts.event(event)
    known = facts.known
    assert {name: stage.run.attempt for name, stage in known.stages.items()} == {
        "Source": 1,
        "ManualA": 2,
        "ManualB": 3,
    }
    assert {each.stage: each.run.attempt for each in known.actions} == {"Source": 1, "ManualA": 2, "ManualB": 3}
    assert facts.release.attempt == 3


def test_every_event_follows_the_one_before_it_of_the_same_stage_or_action() -> None:
    orders: dict[str, list[str]] = {}
    for event in replayed():
        fact = parse(event).fact
        orders.setdefault(fact.name, []).append(fact.order.key)
    assert all(earlier < later for keys in orders.values() for earlier, later in pairwise(keys))


def test_f71_events_that_come_again_with_another_id_and_time_change_no_state_and_no_verification() -> None:
    """As after a hop to another region's bus, in whatever order."""
    sent = replayed()
    again = [{**event, "id": f"again-{number}", "time": "2026-09-28T18:30:00Z"} for number, event in enumerate(sent)]

    def states(delivered: list[events.Event]) -> dict[str, str]:
        facts = sorted((parse(event).fact for event in delivered), key=lambda fact: fact.order.key)
        return {fact.name: fact.latest["run"]["state"] for fact in facts}

    def verifications(delivered: list[events.Event]) -> set[str]:
        return {found.name for event in delivered if (found := parse(event).verification)}

    assert states([*again[::-1], *sent]) == states(sent)
    assert verifications(again) == verifications(sent)


def test_every_end_of_a_stage_is_verified_under_its_own_attempt() -> None:
    verifications = [found for event in replayed() if (found := parse(event).verification) and "stage" in found.input]
    assert [(each.input["stage"], each.input["attempt"]) for each in verifications] == [
        ("Source", "1"),
        ("ManualA", "1"),
        ("ManualA", "2"),
        ("ManualB", "2"),
        ("ManualB", "3"),
    ]
    assert [each.name.rpartition("-")[2] for each in verifications] == ["1", "1", "2", "2", "3"]
    assert len({each.name for each in verifications}) == len(verifications)


def test_f64_what_was_rolled_back_after_a_first_run_is_shown() -> None:
    facts = Facts()
    for event in replayed(category="Deploy", provider="ECS")[:10]:
        facts.event(event)
    attempt = facts.known.attempt_of("ManualA")
    assert facts.release.regions[0].state == "failed"
    facts.rollback("ManualA", EU, RollbackState.DONE, "runs app:6 again", 20_000_000, attempt=attempt)
    (region,) = facts.release.regions
    assert (region.state, region.reason) == ("rolled_back", "runs app:6 again")
