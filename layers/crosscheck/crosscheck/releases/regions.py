"""How far each region of a release is: from its deploy actions, and from what the judges say of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crosscheck import facts
from crosscheck.releases.model import RegionProgress, RegionState
from crosscheck.states import State
from crosscheck.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.ledger import Record

type Records = Mapping[str, Record]

# Where a region is deployed to more than once, or has several judges, its state is the first of these that occurs.
_PRECEDENCE = (
    RegionState.FAILED,
    RegionState.DEPLOYING,
    RegionState.VERIFYING,
    RegionState.UNKNOWN,
    RegionState.SKIPPED,
    RegionState.PASSED,
)


@dataclass(frozen=True)
class _Deployment:
    """A deploy action: where it stands in the definition, and its fact where there is one."""

    stage: str
    region: str
    gated: bool
    record: Record | None


def regions_of(records: Records, *, running: bool) -> list[RegionProgress]:
    """Every region that the release deploys to, in the order of the definition."""
    progress: dict[str, list[RegionProgress]] = {}
    for deployment in _deployments(records):
        progress.setdefault(deployment.region, []).append(_progress(deployment, records, running=running))
    return [_combine(region, parts) for region, parts in progress.items()]


def _deployments(records: Records) -> list[_Deployment]:
    outline = records.get(facts.OUTLINE)
    if outline:
        return [
            _Deployment(
                stage=stage["name"],
                region=action["region"],
                gated=stage["name"] in outline.latest["gated"],
                record=records.get(facts.action(stage["name"], action["name"])),
            )
            for stage in outline.latest["stages"]
            for action in stage["actions"]
            if action["category"] == "Deploy"
        ]
    seen = [record for record in records.values() if record.latest.get("category") == "Deploy"]
    return [
        _Deployment(record.latest["stage"], record.latest["region"], gated=False, record=record)
        for record in sorted(seen, key=lambda record: (record.latest["at"], record.name))
    ]


def _progress(deployment: _Deployment, records: Records, *, running: bool) -> RegionProgress:
    region, record = deployment.region, deployment.record
    if record is None or not record.latest:
        return RegionProgress(region, None if running else RegionState.SKIPPED, "" if running else "never started")
    latest = record.latest
    match State(latest["state"]):
        case State.STARTED | State.RESUMED | State.STOPPING:
            if running:
                return RegionProgress(region, RegionState.DEPLOYING)
            return RegionProgress(region, RegionState.UNKNOWN, "the deployment was left running")
        case State.FAILED:
            return RegionProgress(region, RegionState.FAILED, latest.get("summary") or "the deploy action failed")
        case State.SUCCEEDED:
            return _verified(deployment, latest, records, running=running)
        case State.STOPPED | State.CANCELED | State.SUPERSEDED | State.ABANDONED as state:
            return RegionProgress(region, RegionState.UNKNOWN, f"the deploy action was {state.lower()}")


def _verified(deployment: _Deployment, latest: Mapping[str, Any], records: Records, *, running: bool) -> RegionProgress:
    region = deployment.region
    verdicts = _verdicts(deployment, latest, records)
    if not verdicts:
        if deployment.gated and running:
            return RegionProgress(region, RegionState.VERIFYING, "deployed, waiting for the gate")
        why = "the gate gave no verdict" if deployment.gated else "no gate verifies this stage"
        return RegionProgress(region, RegionState.UNKNOWN, f"deployed, but {why}")
    parts = [judged(region, verdict.latest, running=running) for verdict in verdicts]
    return min(parts, key=_rank)


def _verdicts(deployment: _Deployment, deployed: Mapping[str, Any], records: Records) -> list[Record]:
    """What each judge says of this deployment, in the order of their names."""
    return [
        record
        for name, record in sorted(records.items())
        if facts.is_verdict_on(name, deployment.stage, deployment.region) and not _older(record, deployed)
    ]


def judged(region: str, verdict: Mapping[str, Any], *, running: bool) -> RegionProgress:
    """What a verdict makes of its region; ``running``: whether its judge may still speak."""
    reason = verdict["reason"]
    if not verdict["final"]:
        state = RegionState.VERIFYING if running else RegionState.UNKNOWN
        return RegionProgress(region, state, reason)
    match Verdict(verdict["verdict"]):
        case Verdict.PASS:
            return RegionProgress(region, RegionState.PASSED, reason)
        case Verdict.FAIL:
            return RegionProgress(region, RegionState.FAILED, reason)
        case Verdict.INCONCLUSIVE | Verdict.PENDING:
            return RegionProgress(region, RegionState.UNKNOWN, reason)


def _older(verdict: Record, deployed: Mapping[str, Any]) -> bool:
    """Whether the verdict is of an earlier deployment: the action was retried after it."""
    begun = deployed.get("started") or deployed["at"]
    return datetime.fromisoformat(verdict.latest["at"]) < datetime.fromisoformat(begun)


def _combine(region: str, parts: list[RegionProgress]) -> RegionProgress:
    begun = [part for part in parts if part.state is not None]
    if not begun:
        return RegionProgress(region, None)
    if len(begun) < len(parts) and all(part.state is RegionState.PASSED for part in begun):
        return RegionProgress(region, RegionState.DEPLOYING, "more stages deploy to this region")
    return min(begun, key=_rank)


def _rank(part: RegionProgress) -> int:
    return _PRECEDENCE.index(part.state or RegionState.UNKNOWN)
