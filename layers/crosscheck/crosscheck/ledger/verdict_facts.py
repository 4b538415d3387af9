"""The facts that say what is right or wrong: a judge's verdict, what preflight saw, a plan that cannot be read."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Self

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict
from crosscheck.ledger.stored_fact import Observation, StoredFact
from crosscheck.ledger.table import REASON_LIMIT, Fact, Order

FINDINGS_LIMIT = 50
FINDINGS_BYTES = 300_000
# The look at a pipeline's stage as a whole, beside those at what its actions deploy to.
PIPELINE_STAGE = "pipeline-stage"


@dataclass(frozen=True)
class JudgeVerdict(StoredFact):
    """What a judge says of a region in one look.

    ``stage`` is the stage that deployed to the region. ``judge`` names the gate, as ``<stage>/<action>`` or
    ``<stage>/rule <rule>``: several gates may judge the same region, and each has a fact of its own. It is empty for
    the fan-out. ``look`` counts a gate's looks from 1, and ``final`` marks its last word.
    """

    name = "verdict"
    place = ("stage", "judged.region", "judge")

    stage: str
    judged: RegionVerdict
    at: float
    final: bool
    judge: str = ""
    look: int = 0

    def to_fact(self, judge_since: float) -> Fact:
        """The fact. A PASS that is not final is stored as PENDING.

        ``judge_since`` is when this judge began: the same judge begun later, as after a retry, prevails.
        """
        return self.ordered(Order(int(judge_since * 1000), int(self.final), self.at, f"{self.look:06d}"))

    def within_limits(self) -> Self:
        """The verdict as it is stored."""
        judged = _within_limits(self.judged)
        if judged.verdict is Verdict.PASS and not self.final:
            judged = replace(judged, verdict=Verdict.PENDING)
        return replace(self, judged=judged)


@dataclass(frozen=True)
class RegionJudge(Observation):
    """Who judges what a stage deploys to a region. Only ``plan_checks`` decides it; everybody else reads it.

    ``gates`` are the gates whose verdict counts, named as in ``JudgeVerdict``. It is empty if the fan-out judges.
    ``without_turn`` are those in whose place it does, until a retry of the stage gives them their turn.
    ``takes_back_attempt`` is the attempt after which Crosscheck looks by itself whether it can take the region back,
    should it have failed; 0 where that is for a person, or for CodePipeline.
    """

    name = "judge"
    place = ("stage", "region")

    stage: str
    region: str
    gates: tuple[str, ...] = ()
    without_turn: tuple[str, ...] = ()
    takes_back_attempt: int = 0

    def hears(self, judge: str) -> bool:
        """Whether what this judge says may count: it is the fan-out, or a gate that the definition holds."""
        return not judge or judge in self.gates or judge in self.without_turn

    @property
    def gate_stages(self) -> tuple[str, ...]:
        """The stages that hold the gates."""
        return tuple(dict.fromkeys(gate.partition("/")[0] for gate in self.gates))


@dataclass(frozen=True)
class PreflightSeen(StoredFact):
    """What was seen of a region when the execution started: what would break the release there."""

    name = "preflight"
    place = ("judged.region",)

    judged: RegionVerdict
    at: float

    def to_fact(self) -> Fact:
        """The fact."""
        return self.ordered(Order(0, 0, self.at))

    @property
    def ran(self) -> str:
        """What ran of that to which the execution deploys, in words; empty where nothing was seen of it."""
        found = (each for each in self.judged.findings if each.baselines and each.kind != PIPELINE_STAGE)
        return "; ".join(dict.fromkeys(each.reason for each in found))

    def within_limits(self) -> Self:
        """What was seen, as far as it is stored."""
        return replace(self, judged=_within_limits(self.judged))


@dataclass(frozen=True)
class IgnoredRelease(Observation):
    """Nobody looked at the release: its pipeline was tagged to be ignored when it started."""

    name = "ignored"


@dataclass(frozen=True)
class EarlierRemarks(Observation):
    """The remarks on the card of the pipeline's execution before this one: they are not told at length again."""

    name = "remarks"

    texts: tuple[str, ...]


@dataclass(frozen=True)
class PlanProblem(Observation):
    """What is wrong with the plan that the pipeline's tags name."""

    name = "plan"

    problem: str


def _within_limits(judged: RegionVerdict) -> RegionVerdict:
    findings = tuple(_fitting(map(_shortened, judged.findings[:FINDINGS_LIMIT])))
    return replace(judged, reason=judged.reason[:REASON_LIMIT], findings=findings)


def _shortened(finding: Finding) -> Finding:
    """Identifiers are never cut: a part of one would name something else."""
    return replace(
        finding,
        target=finding.target[:REASON_LIMIT],
        reason=finding.reason[:REASON_LIMIT],
        values={name[:REASON_LIMIT]: value[:REASON_LIMIT] for name, value in finding.values.items()},
        warning=finding.warning[:REASON_LIMIT],
    )


def _fitting(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Those that fit, in their order: a verdict is worth more than everything that was seen."""
    budget = FINDINGS_BYTES
    for finding in findings:
        size = len(json.dumps(asdict(finding)))
        if size <= budget:
            yield finding
            budget -= size
