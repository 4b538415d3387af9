"""Whatever the order and the repetition of what releases tell, the way back leads to what was proven."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict, judge
from crosscheck.ledger.execution_facts import ReportedRun, StageState
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.releases.proven import ProvenStates
from tests.builders import tables

BEGAN, HOUR, REGION = 1_800_000_000.0, 3_600.0, "eu-west-1"
FIRST = "0"
"""The version that ran before any release."""


def _check(number: int) -> PlannedCheck:
    run = ActionRun("Deploy", "A", "Succeeded", BEGAN + number * HOUR)
    return PlannedCheck("lambda-alias", REGION, {"function": "f", "alias": "live"}, run)


def _preflight(states: ProvenStates, number: int) -> None:
    """It sees what the release before it has brought."""
    planned = replace(_check(number), run=None, baseline_only=True)
    seen = replace(planned.finding(Verdict.PASS, ""), baselines={planned.subject: str(number - 1)})
    states.seen_before([planned], judge(REGION, [seen]), BEGAN + number * HOUR - 60)


def _verdict(states: ProvenStates, number: int, verdict: Verdict) -> None:
    check, subject = _check(number), Subject("us-east-1", "p", f"execution-{number}")
    found = judge(REGION, [replace(check.finding(verdict, ""), baselines={check.subject: str(number)})])
    at = check.deployed.started + 120
    ended = ReportedRun(State.SUCCEEDED, 1, check.deployed.started + 60)
    states.ledger.merge(subject, StageState("Deploy", ended).to_fact("event"))
    states.ledger.merge(subject, JudgeVerdict("Deploy", found, at, final=True, look=1).to_fact(at))
    states.judged(subject, "Deploy", [check], found, at)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    verdicts=st.lists(st.sampled_from([Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE]), min_size=1, max_size=4),
    data=st.data(),
)
def test_f60_the_way_back_is_the_newest_proven_version_else_what_ran_before_any_release(
    verdicts: list[Verdict], data: st.DataObject
) -> None:
    told = [(number, what) for number in range(1, len(verdicts) + 1) for what in ("preflight", "verdict")]
    order = data.draw(st.permutations(told).flatmap(lambda each: st.just(each + each[: len(each) // 2])))
    with mock_aws():
        states = ProvenStates(Ledger(tables.create_ledger_table(), tables.NAME, retention_days=90))
        for number, what in order:
            if what == "preflight":
                _preflight(states, number)
            else:
                _verdict(states, number, verdicts[number - 1])
        later = len(verdicts) + 1
        target = states.to_restore(_check(later), BEGAN + later * HOUR).state
    proven = [number for number, verdict in enumerate(verdicts, 1) if verdict is Verdict.PASS]
    assert target == (str(proven[-1]) if proven else FIRST)
