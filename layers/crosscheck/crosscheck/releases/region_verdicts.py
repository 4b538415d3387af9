"""What the judges say of a region that a stage has deployed to.

A gate's verdict is the verdict where a gate verifies the stage. The fan-out, a judge without a name, speaks where there
is no gate, and where one ended without a final verdict; maybe only after the pipeline has ended.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger import facts
from crosscheck.ledger.states import State
from crosscheck.ledger.table import Record
from crosscheck.releases.deployments import DeployAction, Records
from crosscheck.releases.model import RegionProgress, RegionState

BEING_VERIFIED = "deployed, being verified"

# The fan-out looks once a stage has finished; a stage that was stopped, canceled or superseded it leaves alone.
_FINISHED = frozenset({State.SUCCEEDED, State.FAILED})


def verified(deployment: DeployAction, records: Records, *, running: bool) -> list[RegionProgress]:
    """What each judge who counts makes of a region whose deploy action succeeded; ``running``: the pipeline is."""
    verdicts = _counting(deployment, _of_this_run(deployment, records), running=running)
    if not verdicts:
        return [_unheard(deployment, records, running=running)]
    return [_said(deployment, verdict, records, running=running) for verdict in verdicts]


def final_failure(deployment: DeployAction, records: Records) -> str:
    """Why the fan-out fails the region; empty where it does not, or has not ended."""
    name = facts.verdict_name(deployment.stage, deployment.region)
    said = [verdict.latest for verdict in _of_this_run(deployment, records) if verdict.name == name]
    failed = [latest["reason"] for latest in said if latest["final"] and latest["verdict"] == Verdict.FAIL]
    return failed[0] if failed else ""


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


def _of_this_run(deployment: DeployAction, records: Records) -> list[Record]:
    """What the judges say of the action's latest run, in the order of their names: the fan-out first."""
    return [
        record
        for name, record in sorted(records.items())
        if facts.is_verdict_on(name, deployment.stage, deployment.region) and deployment.precedes(record.latest["at"])
    ]


def _counting(deployment: DeployAction, verdicts: list[Record], *, running: bool) -> list[Record]:
    """Without the gates in whose place the fan-out has spoken since, or without it where they all have since."""
    fan_out = next((verdict for verdict in verdicts if not _judge(deployment, verdict)), None)
    if fan_out is None or not fan_out.latest["final"]:
        return verdicts
    gates = [verdict for verdict in verdicts if verdict is not fan_out]
    if gates and all(gate.latest["final"] and _after(gate, fan_out) for gate in gates):
        return gates
    waiting = (gate for gate in gates if gate.latest["final"] or (running and not _after(fan_out, gate)))
    return [fan_out, *waiting]


def _said(deployment: DeployAction, verdict: Record, records: Records, *, running: bool) -> RegionProgress:
    judge = _judge(deployment, verdict)
    ended = bool(judge) and not running
    if ended and not verdict.latest["final"] and _fan_out_follows(deployment, records, judge.split("/")[:1]):
        return RegionProgress(deployment.region, RegionState.VERIFYING, BEING_VERIFIED)
    return judged(deployment.region, verdict.latest, running=not ended)


def _unheard(deployment: DeployAction, records: Records, *, running: bool) -> RegionProgress:
    region = deployment.region
    if deployment.gated and running:
        return RegionProgress(region, RegionState.VERIFYING, "deployed, waiting for the gate")
    if deployment.gated and not _fan_out_follows(deployment, records):
        return RegionProgress(region, RegionState.UNKNOWN, "deployed, but the gate gave no verdict")
    state = _stage_state(deployment.stage, records)
    if state and state.terminal and state not in _FINISHED:
        return RegionProgress(region, RegionState.UNKNOWN, f"deployed, but the stage was {state.lower()}")
    return RegionProgress(region, RegionState.VERIFYING, BEING_VERIFIED)


def _fan_out_follows(deployment: DeployAction, records: Records, gates: Iterable[str] = ()) -> bool:
    """Whether the fan-out looks in a gate's place: a gate's stage is over, or the deploy stage failed before any."""
    over = any(_stage_state(gate, records) in _FINISHED for gate in (*deployment.gates, *gates))
    return over or _stage_state(deployment.stage, records) is State.FAILED


def _stage_state(stage: str, records: Records) -> State | None:
    record = records.get(facts.stage(stage))
    return State(record.latest["state"]) if record and record.latest else None


def _judge(deployment: DeployAction, verdict: Record) -> str:
    """The name of the judge, ``<stage>/<action>``; empty for the fan-out."""
    return verdict.name.removeprefix(facts.verdict_name(deployment.stage, deployment.region)).removeprefix("/")


def _after(one: Record, other: Record) -> bool:
    return datetime.fromisoformat(one.latest["at"]) > datetime.fromisoformat(other.latest["at"])
