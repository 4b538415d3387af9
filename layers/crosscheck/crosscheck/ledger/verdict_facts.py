"""The facts that say what is right or wrong: a judge's verdict, what preflight saw, a plan that cannot be read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

from crosscheck import times
from crosscheck.contracts.verdicts import Finding, RegionVerdict, ReleasedImage, Verdict
from crosscheck.ledger.table import REASON_LIMIT, Fact, Order, Record

FINDINGS_LIMIT = 50
FINDINGS_BYTES = 300_000


@dataclass(frozen=True)
class JudgeVerdict:
    """What a judge says of a region in one look.

    ``stage`` is the stage that deployed to the region. ``judge`` names the gate, as ``<stage>/<action>``: several gates
    may judge the same region, and each has a fact of its own. It is empty for the fan-out, and for a gate that is the
    only one or does not know its name. ``look`` counts a gate's looks from 1, and ``final`` marks its last word.
    """

    prefix: ClassVar[str] = "verdict/"

    stage: str
    judged: RegionVerdict
    at: float
    final: bool
    judge: str = ""
    look: int = 0

    @property
    def name(self) -> str:
        """The fact's name."""
        name = f"{self.prefix}{self.stage}/{self.judged.region}"
        return f"{name}/{self.judge}" if self.judge else name

    def to_fact(self, judge_since: float) -> Fact:
        """The fact. A PASS that is not final is stored as PENDING.

        ``judge_since`` is when this judge began: the same judge begun later, as after a retry, prevails.
        """
        verdict = self.judged.verdict
        if verdict is Verdict.PASS and not self.final:
            verdict = Verdict.PENDING
        latest = {
            "stage": self.stage,
            "region": self.judged.region,
            "verdict": verdict.value,
            "final": self.final,
            "look": self.look,
            "at": times.to_text(self.at),
            **_seen(self.judged),
        }
        return Fact(self.name, Order(int(judge_since * 1000), int(self.final), self.at, f"{self.look:06d}"), latest)

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        latest = record.latest
        stage, _, place = record.name.removeprefix(cls.prefix).partition("/")
        region, _, judge = place.partition("/")
        return cls(
            stage=stage,
            judged=_judged(region, latest),
            at=times.from_text(latest["at"]),
            final=latest["final"],
            judge=judge,
            look=latest["look"],
        )


@dataclass(frozen=True)
class RegionJudge:
    """Who judges what a stage deploys to a region. Only ``plan_checks`` decides it; everybody else reads it.

    ``gates`` are the gates whose verdict counts, as ``<stage>/<action>``. It is empty if the fan-out judges.
    """

    prefix: ClassVar[str] = "judge/"

    stage: str
    region: str
    gates: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The fact's name."""
        return f"{self.prefix}{self.stage}/{self.region}"

    @property
    def gate_stages(self) -> tuple[str, ...]:
        """The stages that hold the gates."""
        return tuple(dict.fromkeys(gate.partition("/")[0] for gate in self.gates))

    def to_fact(self, now: float) -> Fact:
        """The fact, as it was decided ``now``."""
        return Fact(self.name, Order(0, 0, now), {"gates": list(self.gates)})

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        stage, _, region = record.name.removeprefix(cls.prefix).partition("/")
        return cls(stage, region, tuple(record.latest["gates"]))


@dataclass(frozen=True)
class PreflightSeen:
    """What was seen of a region when the execution started: what would break the release there."""

    prefix: ClassVar[str] = "preflight/"

    judged: RegionVerdict
    at: float

    @property
    def name(self) -> str:
        """The fact's name."""
        return f"{self.prefix}{self.judged.region}"

    def to_fact(self) -> Fact:
        """The fact."""
        judged = self.judged
        latest = {"region": judged.region, "verdict": judged.verdict.value, "at": times.to_text(self.at)}
        return Fact(self.name, Order(0, 0, self.at), {**latest, **_seen(judged)})

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        region = record.name.removeprefix(cls.prefix)
        return cls(_judged(region, record.latest), times.from_text(record.latest["at"]))


@dataclass(frozen=True)
class PlanProblem:
    """What is wrong with the plan that the pipeline's tags name."""

    name: ClassVar[str] = "plan"

    problem: str

    def to_fact(self, now: float) -> Fact:
        """The fact, as it was seen ``now``."""
        return Fact(self.name, Order(0, 0, now), {"problem": self.problem})

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """What the ledger knows."""
        return cls(record.latest["problem"])


def _seen(judged: RegionVerdict) -> dict[str, Any]:
    found = [_document(finding) for finding in judged.findings[:FINDINGS_LIMIT]]
    return {"reason": judged.reason[:REASON_LIMIT], "findings": _within(FINDINGS_BYTES, found)}


def _judged(region: str, latest: Mapping[str, Any]) -> RegionVerdict:
    findings = tuple(map(_finding, latest["findings"]))
    return RegionVerdict(region, Verdict(latest["verdict"]), latest["reason"], findings)


def _document(finding: Finding) -> dict[str, Any]:
    """A finding in JSON. Identifiers are never cut: a part of one would name something else."""
    optional = {
        "images": [asdict(image) for image in finding.images],
        "baselines": dict(finding.baselines),
        "warning": finding.warning[:REASON_LIMIT],
    }
    return {
        "kind": finding.kind,
        "target": finding.target[:REASON_LIMIT],
        "verdict": finding.verdict.value,
        "reason": finding.reason[:REASON_LIMIT],
        "values": {name[:REASON_LIMIT]: value[:REASON_LIMIT] for name, value in finding.values.items()},
        **{key: value for key, value in optional.items() if value},
    }


def _finding(document: Mapping[str, Any]) -> Finding:
    return Finding(
        kind=document["kind"],
        target=document["target"],
        verdict=Verdict(document["verdict"]),
        reason=document["reason"],
        values=document["values"],
        images=tuple(ReleasedImage(image["reference"], image["digest"]) for image in document.get("images", [])),
        baselines=document.get("baselines", {}),
        warning=document.get("warning", ""),
    )


def _within(budget: int, found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that fit, in their order: a verdict is worth more than everything that was seen."""
    kept = []
    for each in found:
        size = len(json.dumps(each))
        if size <= budget:
            kept.append(each)
            budget -= size
    return kept
