from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck.ledger.execution_facts import ActionState, ReportedRun
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState, State
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.verification.attribution import CheckResult, attributed
from crosscheck.verification.taken_back import still_standing, with_rollbacks
from tests.builders.releases import Facts

REGION, BEGAN, AGAIN = "eu-west-1", 1_800_000_000.0, 1_800_000_600.0


def check(name: str, started: float) -> PlannedCheck:
    return PlannedCheck("ecs-service", REGION, {"service": name}, ActionRun("Deploy", name, "Succeeded", started))


def seen(planned: PlannedCheck, *, moved_on: bool = True) -> CheckResult:
    finding = replace(planned.finding(Verdict.INCONCLUSIVE, "a:6 runs"), moved_on=moved_on)
    return CheckResult(planned.id, REGION, finding)


def known(state: RollbackState, at: float, *, untouched: bool = False) -> KnownFacts:
    facts = Facts()
    facts.add(RollbackProgress("Deploy", REGION, 1, state, "2 of 2 tasks run", at, untouched=untouched).to_fact())
    return facts.known


def test_of_a_regions_actions_one_was_taken_back_and_the_other_one_repeated() -> None:
    first, second = check("first", BEGAN), check("second", AGAIN)
    results = [seen(first), seen(second)]
    looked = attributed(with_rollbacks(results, [first, second], "Deploy", known(RollbackState.DONE, BEGAN + 300)))
    assert [(each.finding.verdict, each.finding.reason) for each in looked] == [
        (Verdict.FAIL, "it was taken back: 2 of 2 tasks run"),
        (Verdict.INCONCLUSIVE, "gave way to a later deployment: a:6 runs"),
    ]


@pytest.mark.parametrize(
    "facts",
    [
        KnownFacts({}),
        known(RollbackState.SUGGESTED, BEGAN + 300),
        known(RollbackState.FAILED, BEGAN + 300, untouched=True),
        known(RollbackState.DONE, BEGAN - 1),
    ],
)
def test_what_no_rollback_replaced_gave_way_to_somebody_elses(facts: KnownFacts) -> None:
    planned = check("first", BEGAN)
    assert with_rollbacks([seen(planned)], [planned], "Deploy", facts) == [seen(planned)]


def test_what_is_there_as_it_was_brought_was_not_taken_back() -> None:
    planned = check("first", BEGAN)
    there = with_rollbacks([seen(planned, moved_on=False)], [planned], "Deploy", known(RollbackState.DONE, AGAIN))
    assert [each.finding.verdict for each in attributed(there)] == [Verdict.INCONCLUSIVE]


def test_what_a_retry_brought_while_the_rollback_went_on_was_not_taken_back_by_it() -> None:
    """That rollback's end came later, and somebody's hotfix took the place of what was repeated."""
    planned = check("first", AGAIN)
    facts = Facts()
    facts.add(RollbackProgress("Deploy", REGION, 1, RollbackState.FAILED, "0 of 2 run", AGAIN + 100).to_fact())
    run = ReportedRun(State.SUCCEEDED, 2, AGAIN + 50, AGAIN)
    facts.add(ActionState("Deploy", "first", run, REGION, "Deploy").to_fact("event"))
    looked = attributed(with_rollbacks([seen(planned)], [planned], "Deploy", facts.known))
    assert [each.finding.verdict for each in looked] == [Verdict.INCONCLUSIVE]


@pytest.mark.parametrize(
    ("judge", "verdict", "final", "stands"),
    [
        ("Prove/Gate", Verdict.FAIL, True, True),
        ("Prove/Gate", Verdict.FAIL, False, False),
        ("Prove/Gate", Verdict.PASS, True, False),
        ("Prove/Other", Verdict.FAIL, True, False),
        ("", Verdict.FAIL, True, False),
    ],
)
def test_what_a_judge_had_failed_by_itself_stands(judge: str, verdict: Verdict, *, final: bool, stands: bool) -> None:
    planned = check("first", BEGAN)
    page = CheckResult("page", REGION, planned.finding(Verdict.INCONCLUSIVE, "200"), of_the_region=True)
    assert (REGION in standing([seen(planned), page], [planned], judge, verdict, final=final)) is stands


def test_what_is_said_again_is_what_was_found_of_what_is_there_no_more() -> None:
    planned = check("first", BEGAN)
    again = standing([seen(planned)], [planned], "Prove/Gate", Verdict.FAIL, final=True)
    found = replace(planned.finding(Verdict.FAIL, "0 run"), moved_on=True)
    assert again == {REGION: RegionVerdict(REGION, Verdict.FAIL, "0 run", (found,))}


def test_where_a_retry_repeated_one_of_a_regions_actions_the_next_word_counts() -> None:
    first, second = check("first", BEGAN), check("second", AGAIN)
    results = [seen(first), seen(second, moved_on=False)]
    assert standing(results, [first, second], "Prove/Gate", Verdict.FAIL, final=True) == {}


def standing(
    results: list[CheckResult], checks: list[PlannedCheck], judge: str, verdict: Verdict, *, final: bool
) -> Mapping[str, RegionVerdict]:
    """What of a judge's word stands for the gate, after a rollback."""
    facts = Facts()
    facts.add(RollbackProgress("Deploy", REGION, 1, RollbackState.DONE, "2 of 2 tasks run", BEGAN + 300).to_fact())
    judged = RegionVerdict(REGION, verdict, "0 run", (checks[0].finding(verdict, "0 run"),))
    said = JudgeVerdict("Deploy", judged, BEGAN + 100, final, judge)
    facts.add(said.to_fact(BEGAN))
    looks = with_rollbacks(results, checks, "Deploy", facts.known)
    return still_standing(looks, checks, "Deploy", "Prove/Gate", facts.known)


def test_what_a_judge_said_of_an_earlier_deployment_does_not_stand_for_the_next_one() -> None:
    """A retry deployed again, the fan-out failed that before the gate had its turn, and that was taken back as well."""
    planned, facts = check("first", AGAIN), Facts()
    facts.add(RollbackProgress("Deploy", REGION, 2, RollbackState.DONE, "2 of 2 tasks run", AGAIN + 300).to_fact())
    said = JudgeVerdict("Deploy", RegionVerdict(REGION, Verdict.FAIL, "0 run", ()), BEGAN + 100, True, "Prove/Gate")
    facts.add(said.to_fact(BEGAN))
    looks = with_rollbacks([seen(planned)], [planned], "Deploy", facts.known)
    assert all(each.taken_back for each in looks)
    assert still_standing(looks, [planned], "Deploy", "Prove/Gate", facts.known) == {}
