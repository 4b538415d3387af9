"""Releases that deploy to an alias, one after the other, as their preflights and judges leave them in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import RegionVerdict, Verdict, judge
from crosscheck.ledger.execution_facts import ActionState, ReportedRun, StageState
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict, PreflightSeen, RegionJudge
from crosscheck.pipelines.runs import ActionRun
from crosscheck.releases.proven import ProvenStates
from crosscheck.services.codepipeline.stage_history import planned_stage

HOME, EUROPE, PACIFIC = "us-east-1", "eu-west-1", "ap-southeast-1"
BEGAN = 1_800_000_000.0


class AliasRelease:
    """A release whose stage ``Deploy`` points an alias to a version of its own, ``began`` seconds after the first."""

    def __init__(self, ledger: Ledger, number: int, began: float) -> None:
        self.states, self.ledger, self.version = ProvenStates(ledger), ledger, str(number)
        self.subject, self.began = Subject(HOME, "p", f"execution-{number}"), BEGAN + began
        self.reported: list[State] = []

    def stage(self, state: State) -> None:
        """The event of the stage ``Deploy``."""
        self.reported.append(state)
        run = ReportedRun(state, 1, self.began + 50)
        self.ledger.merge(self.subject, StageState("Deploy", run).to_fact("event"))

    def action(
        self, name: str, category: str, state: State, region: str = EUROPE, *, stage: str = "Deploy", after: float = 40
    ) -> None:
        """The event of an action, so many seconds after the deployment began."""
        action = ActionState(stage, name, ReportedRun(state, 1, self.began + after), region, category)
        self.ledger.merge(self.subject, action.to_fact("event"))

    def check(
        self, region: str = EUROPE, alias: str = "live", *, after: float = 0, status: str = "Succeeded"
    ) -> PlannedCheck:
        run = ActionRun("Deploy", region, status, self.began + after)
        return PlannedCheck("lambda-alias", region, {"function": "f", "alias": alias}, run)

    def saw_stage(self, execution: str, at: float) -> None:
        """Preflight's look at the stage, in which that execution succeeded last."""
        stage = replace(planned_stage(self.subject, "Deploy"), baseline_only=True)
        seen = replace(stage.finding(Verdict.PASS, ""), baselines={stage.subject: execution})
        found = judge(stage.region, [seen])
        self.ledger.merge(self.subject, PreflightSeen(found, BEGAN + at).to_fact())
        self.states.seen_before([stage], found, BEGAN + at)

    def saw(self, state: str, at: float) -> None:
        """Preflight's look at the alias."""
        planned = replace(self.check(), run=None, baseline_only=True)
        seen = {planned.subject: state} if state else {}
        found = judge(EUROPE, [replace(planned.finding(Verdict.PASS, ""), baselines=seen)])
        self.ledger.merge(self.subject, PreflightSeen(found, BEGAN + at).to_fact())
        self.states.seen_before([planned], found, BEGAN + at)

    def judged(
        self, verdict: Verdict, region: str = EUROPE, *, judge_name: str = "", after: float = 60, state: str = ""
    ) -> None:
        """A judge's last word, so many seconds after the deployment began."""
        found = self.finding(verdict, region, state or self.version)
        self.said(found, [self.check(region)], judge_name, after)

    def gave_way(self, *, after: float = 60, told: bool = True) -> None:
        """A judge's last word that something later is in its place; ``told`` if its service tells what it brought."""
        planned = self.check()
        run = replace(planned.deployed, ended=self.began + 50)
        states = {planned.subject: self.version} if told else {}
        found = replace(planned.finding(Verdict.INCONCLUSIVE, ""), moved_on=True, baselines=states)
        self.said(judge(EUROPE, [found]), [replace(planned, run=run)], after=after)

    def said(
        self, found: RegionVerdict, checks: Sequence[PlannedCheck], judge_name: str = "", after: float = 60
    ) -> None:
        """The same, of these checks."""
        at = self.began + after
        if State.SUCCEEDED not in self.reported and State.FAILED not in self.reported:
            self.stage(State.SUCCEEDED)
        word = JudgeVerdict("Deploy", found, at, final=True, judge=judge_name, look=1)
        self.ledger.merge(self.subject, word.to_fact(at))
        self.states.judged(self.subject, "Deploy", checks, found, at)

    def finding(self, verdict: Verdict, region: str, state: str) -> RegionVerdict:
        check = self.check(region)
        return judge(region, [replace(check.finding(verdict, ""), baselines={check.subject: state})])

    def judges(self, *gates: str, region: str = EUROPE) -> None:
        self.ledger.merge(self.subject, RegionJudge("Deploy", region, gates).to_fact(self.began))

    @property
    def target(self) -> str:
        return self.states.to_restore(self.check(), self.began).state

    @property
    def origin(self) -> str:
        return self.states.to_restore(self.check(), self.began).origin

    @property
    def strange(self) -> str:
        return self.states.strange(self.subject, self.check(), self.target)

    @property
    def stage_target(self) -> str:
        return self.states.to_restore(planned_stage(self.subject, "Deploy")).state

    @property
    def stage_strange(self) -> str:
        stage = planned_stage(self.subject, "Deploy")
        return self.states.strange(self.subject, stage, self.stage_target)


def releases(ledger: Ledger, count: int) -> Sequence[AliasRelease]:
    """Releases that deploy one after the other, an hour apart."""
    return [AliasRelease(ledger, number, number * 3_600) for number in range(1, count + 1)]
