"""What a release tells of itself beside its regions: where it came from, how far its stages are, what was decided."""

from __future__ import annotations

from crosscheck.ledger.decision_facts import DecisionKind, DecisionState, TakenDecision
from crosscheck.ledger.execution_facts import RecordedRevision
from crosscheck.releases.model import SourceRevision
from tests.builders import events
from tests.builders.releases import Facts, deploys

BEGAN = events.BEGAN.timestamp()
TRIGGER = {
    "trigger-type": "Webhook",
    "trigger-detail": "arn:aws:iam::111122223333:user/releases",
    "commit-id": "0a1b2c3",
    "commit-message": "Ask twice",
    "author-display-name": "somebody",
    "branch-name": "main",
    "tag-name": "v7",
}


def test_what_is_released_and_who_began_it_is_what_the_first_event_says() -> None:
    facts = Facts().event(events.pipeline("STARTED", 0, **{"execution-trigger": TRIGGER}))
    recorded = RecordedRevision("ffffff", "what the source recorded", "https://example.com/0a1b2c3")
    release = facts.add(recorded.to_fact(BEGAN)).release
    assert release.revision == SourceRevision(
        "0a1b2c3", "Ask twice", "somebody", "main", "v7", "https://example.com/0a1b2c3"
    )
    assert (release.trigger, release.started_by) == ("Webhook", "user releases")


def test_how_far_the_execution_is_in_its_own_word() -> None:
    nothing = Facts().outline(("World", [deploys("One", "eu-west-1")])).release
    assert (nothing.state, nothing.attempt, nothing.started, nothing.seconds, nothing.word) == (None, 0, None, None, "")
    facts = Facts().event(events.pipeline("STARTED", 2))
    assert (facts.release.attempt, facts.release.started, facts.release.seconds) == (1, BEGAN + 2, None)
    again = facts.event(events.pipeline("RESUMED", 20, **events.SECOND_ATTEMPT)).release
    assert (again.attempt, again.started) == (2, BEGAN + 2)
    assert Facts().event(events.pipeline("PAUSED", 2)).release.word == "PAUSED"
    ended = facts.event(events.pipeline("SUCCEEDED", 32, **events.SECOND_ATTEMPT)).release
    assert ended.seconds == 30


def test_a_stage_tells_how_long_it_took_once_it_has_ended() -> None:
    facts = Facts().event(events.stage("World", "STARTED", 2))
    assert facts.release.stages[0].seconds is None
    facts.event(events.stage("World", "SUCCEEDED", 9))
    assert facts.release.stages[0].seconds == 7


def test_stages_of_which_no_definition_tells_stand_in_the_order_in_which_they_were_seen() -> None:
    facts = Facts().outline(("Listed", [])).event(events.stage("World", "STARTED", 2))
    facts.event(events.stage("After", "STARTED", 9)).event(events.stage("Beside", "STARTED", 9))
    assert [stage.name for stage in facts.release.stages] == ["Listed", "World", "After", "Beside"]


def test_what_people_decided_is_told() -> None:
    decision = TakenDecision("q", DecisionKind.STOP, DecisionState.DONE, "U0123456789", BEGAN)
    assert Facts().add(decision.to_fact()).release.decisions == (decision,)
