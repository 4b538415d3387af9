"""What the judges say of a region that a stage has deployed to.

A gate's verdict is the verdict where a gate verifies the stage. The fan-out, a judge without a name, speaks where there
is no gate, and where one ended without a final verdict; maybe only after the pipeline has ended.
"""

from collections.abc import Iterable
from itertools import accumulate

from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import State
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.deployments import DeployAction, rollback_of
from crosscheck.releases.model import RegionProgress, RegionState
from crosscheck.text import listed

SHORT = 120
BEING_VERIFIED = "deployed, being verified"

# The fan-out looks once a stage has finished; a stage that was stopped, canceled or superseded it leaves alone.
_FINISHED = frozenset({State.SUCCEEDED, State.FAILED})
_JUDGED = {Verdict.PASS: RegionState.PASSED, Verdict.FAIL: RegionState.FAILED}


def verified(deployment: DeployAction, known: KnownFacts, *, running: bool) -> list[RegionProgress]:
    """What each judge who counts makes of a region whose deploy action succeeded; ``running``: the pipeline is."""
    verdicts = _counting(_of_this_run(deployment, known), rollback_of(deployment, known), running=running)
    if not verdicts:
        return [_unheard(deployment, known, running=running)]
    return [_said(deployment, verdict, known, running=running) for verdict in verdicts]


def final_failure(deployment: DeployAction, known: KnownFacts) -> str:
    """Why the fan-out fails the region; empty where it does not, or has not ended."""
    for verdict in _of_this_run(deployment, known):
        if not verdict.judge and verdict.final and verdict.judged.verdict is Verdict.FAIL:
            return verdict.judged.reason
    return ""


def progress_of(verdict: JudgeVerdict, *, running: bool) -> RegionProgress:
    """What a verdict makes of its region; ``running``: whether its judge may still speak."""
    region, reason = verdict.judged.region, verdict.judged.reason
    if not verdict.final:
        state = RegionState.VERIFYING if running else RegionState.UNKNOWN
        return RegionProgress(region, state, reason)
    state = _JUDGED.get(verdict.judged.verdict, RegionState.UNKNOWN)
    return RegionProgress(region, state, _in_short(verdict.judged) if state is RegionState.PASSED else reason)


def _in_short(judged: RegionVerdict) -> str:
    """What runs in a region that passed: as many reasons as are short together, none that is a page's address, and how
    many checks passed besides."""
    reasons = list(dict.fromkeys(finding.reason for finding in judged.findings))
    spoken = [reason for reason in reasons if "://" not in reason]
    sizes = accumulate(len(reason) + 2 for reason in spoken)
    shown = [reason for reason, size in zip(spoken, sizes, strict=True) if size <= SHORT]
    shown = shown or [*spoken, *reasons][:1]
    left = len(reasons) - len(shown)
    if not left or "; ".join(reasons) != judged.reason:
        return judged.reason
    return f"{'; '.join(shown)}; and {left} more check{'s' if left > 1 else ''}"


def _of_this_run(deployment: DeployAction, known: KnownFacts) -> list[JudgeVerdict]:
    """What the judges say of the action's latest run, in the order of their names: the fan-out first."""
    said = known.verdicts_on(deployment.stage, deployment.region)
    return [verdict for verdict in said if deployment.precedes(verdict.at)]


def _counting(verdicts: list[JudgeVerdict], rollback: RollbackProgress | None, *, running: bool) -> list[JudgeVerdict]:
    """Keep the newest word: the fan-out's if it came after the gates', else the gates'.

    Of what the fan-out failed, and a rollback replaced, a gate sees only that: no word but a PASS is about it then.
    """
    fan_out = next((verdict for verdict in verdicts if not verdict.judge), None)
    if fan_out is None or not fan_out.final:
        return verdicts
    gates = [verdict for verdict in verdicts if verdict is not fan_out]
    if rollback and rollback.replaces and fan_out.judged.verdict is Verdict.FAIL:
        gates = gates if all(_passed_after(rollback, gate) for gate in gates) else []
    if gates and all(gate.final and gate.at > fan_out.at for gate in gates):
        return gates
    waiting = (gate for gate in gates if gate.final or (running and fan_out.at <= gate.at))
    return [fan_out, *waiting]


def _passed_after(rollback: RollbackProgress, said: JudgeVerdict) -> bool:
    return said.judged.verdict is Verdict.PASS and said.at > rollback.at


def _said(deployment: DeployAction, verdict: JudgeVerdict, known: KnownFacts, *, running: bool) -> RegionProgress:
    ended = bool(verdict.judge) and not running
    taken_over = ended and not verdict.final and _fan_out_follows(deployment, known, (verdict.judge.partition("/")[0],))
    said = progress_of(verdict, running=not ended)
    if taken_over or (said.state is RegionState.VERIFYING and _content(verdict.judged)):
        return RegionProgress(deployment.region, RegionState.VERIFYING, BEING_VERIFIED)
    return said


def _content(judged: RegionVerdict) -> bool:
    """Whether nothing speaks against the region so far. What every look finds anew then is worth no call to Slack."""
    return bool(judged.findings) and all(finding.verdict is Verdict.PASS for finding in judged.findings)


def _unheard(deployment: DeployAction, known: KnownFacts, *, running: bool) -> RegionProgress:
    region = deployment.region
    if deployment.gates and all(known.state_of(gate) is State.SKIPPED for gate in deployment.gates):
        skipped = listed(deployment.gates, things="stages")
        return RegionProgress(region, RegionState.UNKNOWN, f"not judged: a condition skipped {skipped}, with its gate")
    if deployment.gates and running:
        return RegionProgress(region, RegionState.VERIFYING, "deployed, waiting for the gate")
    if deployment.gates and not _fan_out_follows(deployment, known):
        return RegionProgress(region, RegionState.UNKNOWN, "deployed, but the gate gave no verdict")
    state = known.state_of(deployment.stage)
    if state and state.terminal and state not in _FINISHED:
        return RegionProgress(region, RegionState.UNKNOWN, f"deployed, but the stage was {state.lower()}")
    return RegionProgress(region, RegionState.VERIFYING, BEING_VERIFIED)


def _fan_out_follows(deployment: DeployAction, known: KnownFacts, gates: Iterable[str] = ()) -> bool:
    """Whether the fan-out looks in a gate's place: a gate's stage is over, or the deploy stage failed before any."""
    over = any(known.state_of(gate) in _FINISHED for gate in (*deployment.gates, *gates))
    return over or known.state_of(deployment.stage) is State.FAILED
