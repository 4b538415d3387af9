"""Which moments of a release a person is told of, and in which words."""

from typing import Any

import pytest

from crosscheck.cards.release import render
from crosscheck.cards.reply import mention, reply_card
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.ledger.execution_facts import Outline, OutlineAction, OutlineStage, StuckAction
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.verdict_facts import RegionJudge
from crosscheck.releases.model import RegionState
from crosscheck.releases.moments import Moment, moments_of
from tests.builders import events
from tests.builders.releases import SUBJECT, Facts, deploys

EU = "eu-west-1"
RUN = "0b1c2d3e-0000-4000-8000-000000000001"
PERSON = "U0123456789"


def asked(state: str = "STARTED", second: int = 5, **more: Any) -> events.Event:
    """The approval action of the stage ``Approve``."""
    given = {"action-execution-id": RUN, **more}
    return events.action("Approve", "Sign-off", state, second, category="Approval", provider="Manual", more=given)


def waiting() -> Facts:
    """A release that waits for an approval."""
    approval = OutlineAction("Sign-off", "Approval", "Manual", "us-east-1", "Look at the canary <!channel>", "on-call")
    outline = Outline(1, (OutlineStage("Approve", (approval,)),))
    facts = Facts().event(events.pipeline("STARTED")).add(outline.to_fact(1.0))
    return facts.event(events.stage("Approve", "STARTED", 4)).event(asked())


def deployed() -> Facts:
    """A release that has deployed to one region, which nobody has judged yet."""
    facts = Facts().outline(("Deploy", [deploys("Two", EU)])).event(events.pipeline("STARTED"))
    facts.event(events.action("Deploy", "Two", "SUCCEEDED", 9, region=EU)).event(events.stage("Deploy", "SUCCEEDED", 9))
    return facts.event(events.pipeline("SUCCEEDED", 9))


def failed() -> Facts:
    """The same, after its region failed."""
    return deployed().verdict("Deploy", judge(EU, [Finding("ecs-service", "app", Verdict.FAIL, "tasks die")]), 30)


def told(facts: Facts) -> list[Moment]:
    return list(moments_of(facts.release, facts.known))


def test_an_approval_is_a_moment_while_it_waits() -> None:
    (moment,) = told(waiting())
    assert moment.key == "approval/Approve/Sign-off/1"
    assert moment.where == "Approve / Sign-off"
    assert moment.text == "waits for an approval by a subscriber of the topic on-call: Look at the canary <!channel>"
    assert moment.url == (
        "https://us-east-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/multi-region-service/view"
        f"?region=us-east-1#/Approve/Sign-off/approve/{RUN}"
    )


@pytest.mark.parametrize(
    "then",
    [
        asked("SUCCEEDED", 60),
        asked("FAILED", 60),
        events.stage("Approve", "STOPPED", 60),
        events.pipeline("STOPPED", 60),
        events.pipeline("SUPERSEDED", 60),
        events.pipeline("STOPPING", 60),
    ],
)
def test_an_approval_that_is_over_is_no_moment_whatever_told_of_its_end(then: events.Event) -> None:
    assert told(waiting().event(then)) == []


def test_an_approval_that_is_asked_for_again_is_another_moment() -> None:
    again = waiting().event(asked("FAILED", 60)).event(asked("STARTED", 90, **events.SECOND_ATTEMPT))
    assert [moment.key for moment in told(again)] == ["approval/Approve/Sign-off/2"]


def test_the_card_says_who_has_to_act_and_where() -> None:
    card = render(waiting().release)
    assert card.blocks[0]["text"]["text"] == ":raised_hand: multi-region-service: waiting for approval"
    shown = str(card.blocks)
    assert "*Next:* waits for approval of Approve / Sign-off by a subscriber of the topic" in shown
    assert ":raised_hand: *Approve / Sign-off* since 2026-03-04 10:00:05 UTC: " in shown
    assert f"approve/{RUN}|review it>" in shown
    assert "<!channel>" not in shown


def test_a_release_that_needs_nobody_has_no_moment() -> None:
    good = deployed()
    assert told(good) == []
    assert told(good.verdict("Deploy", judge(EU, [Finding("ecs-service", "app", Verdict.PASS, "well")]), 30)) == []


def test_a_region_that_failed_is_a_moment_once_for_each_attempt() -> None:
    (moment,) = told(failed())
    assert (moment.key, moment.where, moment.text) == ("failed/Deploy/eu-west-1/1", EU, "failed: tasks die")


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (RollbackState.DONE, "rolled back: so it is"),
        (RollbackState.BACK, "rolled back: so it is"),
        (RollbackState.SUGGESTED, "rollback suggested: so it is"),
        (RollbackState.MOVED_ON, "not rolled back: so it is"),
        (RollbackState.FAILED, "the rollback did not work: so it is"),
        (RollbackState.RUNNING, None),
        (RollbackState.LEFT, None),
    ],
)
def test_what_became_of_a_rollback_is_a_moment_of_its_own(state: RollbackState, text: str | None) -> None:
    first, *rest = told(failed().rollback("Deploy", EU, state, "so it is", 60))
    assert (first.key, first.text) == ("failed/Deploy/eu-west-1/1", "failed: tasks die")
    expected = [(f"rollback/Deploy/eu-west-1/1/{state}", text)] if text else []
    assert [(moment.key, moment.text) for moment in rest] == expected


def test_a_reply_mentions_a_person_and_disarms_everything_else() -> None:
    text = reply_card(SUBJECT, told(waiting()), PERSON).text
    assert text.startswith(f"<@{PERSON}> *multi-region-service*\n:raised_hand: *Approve / Sign-off* waits for")
    assert "<!channel>" not in text
    assert "|review it>" in text


def test_a_reply_about_many_regions_stays_short() -> None:
    kind = told(failed())[0].kind
    many = [Moment(kind, str(number), "x" * 300, "y" * 3_000) for number in range(90)]
    card = reply_card(SUBJECT, many, "")
    assert "_and 70 more_" in str(card.blocks[-1])
    assert len(str(card.blocks)) < 13_000
    assert len(card.text) <= 3_000


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ("U0123456789", "<@U0123456789>"),
        ("W0123456789", "<@W0123456789>"),
        ("S0123456789", "<!subteam^S0123456789>"),
        ("", ""),
        ("C0123456789", ""),
        ("channel", ""),
        ("U0> <!channel>", ""),
        ("u0123456789", ""),
        ("U0123456789\n", ""),
    ],
)
def test_only_the_id_of_a_user_or_of_a_group_is_mentioned(person: str, said: str) -> None:
    assert mention(person) == said


GATE = "Deploy/Verify"


def lost(verdict: Verdict) -> Facts:
    """The events of the action were lost; those of its stage, and what was said of its region, are there."""
    facts = Facts().outline(("Deploy", [deploys("Two", EU)])).event(events.pipeline("STARTED"))
    facts.event(events.stage("Deploy", "SUCCEEDED", 9)).event(events.pipeline("SUCCEEDED", 9))
    return facts.verdict("Deploy", judge(EU, [Finding("ecs-service", "app", verdict, "tasks die")]), 30)


def test_a_region_that_failed_is_told_of_even_if_the_events_of_its_action_were_lost() -> None:
    (moment,) = told(lost(Verdict.FAIL))
    assert (moment.key, moment.where) == (f"failed/Deploy/{EU}/1", EU)
    assert [part.state for part in lost(Verdict.FAIL).release.regions] == [RegionState.FAILED]
    assert [part.state for part in lost(Verdict.PASS).release.regions] == [RegionState.PASSED]


@pytest.mark.parametrize(("gate", "moments"), [("FAILED", ["unknown"]), ("SUCCEEDED", [])])
def test_a_region_that_a_gate_cannot_see_is_told_of_if_the_gate_fails_for_it(gate: str, moments: list[str]) -> None:
    facts = Facts().outline(("Deploy", [deploys("Two", EU)])).event(events.pipeline("STARTED"))
    facts.event(events.action("Deploy", "Two", "SUCCEEDED", 9, region=EU))
    facts.event(events.action("Deploy", "Verify", gate, 40, category="Invoke", provider="Lambda"))
    unseen = judge(EU, [Finding("ecs-service", "app", Verdict.INCONCLUSIVE, "AccessDenied")])
    facts.add(RegionJudge("Deploy", EU, (GATE,)).to_fact(1.0)).verdict("Deploy", unseen, 30, judge=GATE)
    found = told(facts)
    assert [moment.kind for moment in found] == moments
    assert all(moment.text.startswith("unknown: ") and "AccessDenied" in moment.text for moment in found)
    assert all(":grey_question:" in reply_card(SUBJECT, found, "").text for _ in found)


def test_what_a_rollback_replaced_is_told_at_once_with_the_way_to_bring_it_again() -> None:
    hotfix = "app:9, deployed by somebody else: aws ecs update-service --task-definition app:9"
    running = failed().rollback("Deploy", EU, RollbackState.RUNNING, "", 40).replaced("Deploy", EU, hotfix, 41)
    moments = told(running)
    assert [moment.key for moment in moments] == ["replaced/Deploy/eu-west-1/1", "failed/Deploy/eu-west-1/1"]
    text = reply_card(SUBJECT, moments, PERSON).text
    assert f":rotating_light: *eu-west-1* the rollback replaced {hotfix}" in text
    done = told(running.rollback("Deploy", EU, RollbackState.DONE, "runs app:6", 90))
    assert [moment.key for moment in done][:2] == [moment.key for moment in moments]


def held(state: str = "STARTED") -> Facts:
    """A release whose only action has been in progress for an hour, and is in this state by now."""
    facts = Facts().outline(("Deploy", [deploys("Two", EU)])).event(events.pipeline("STARTED"))
    facts.add(StuckAction("Deploy", "Two", RUN, events.BEGAN.timestamp()).to_fact())
    return facts.event(events.action("Deploy", "Two", state, 9, region=EU, more={"action-execution-id": RUN}))


def test_an_action_that_holds_its_release_up_is_a_moment() -> None:
    (moment,) = told(held())
    assert moment.key == "stuck/Deploy/Two/1"
    assert moment.where == "Deploy / Two"
    assert moment.text == "stuck in eu-west-1: in progress since 2026-03-04 10:00:00 UTC"


@pytest.mark.parametrize("state", ["SUCCEEDED", "FAILED", "ABANDONED"])
def test_an_action_that_has_ended_is_stuck_no_more(state: str) -> None:
    assert [moment for moment in told(held(state)) if moment.key.startswith("stuck")] == []


def test_a_release_that_has_ended_is_stuck_no_more() -> None:
    assert told(held().event(events.pipeline("STOPPED", 60))) == []
