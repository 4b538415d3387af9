"""What the looks so far amount to: pure, with the reason in the words that people read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict, judge
from gate_stage.continuation import Progress

# A throttled call is better asked again; a region that stays silent is not worth the whole deadline.
UNKNOWN_LOOKS = 3


@dataclass(frozen=True)
class Limits:
    """How long and how often; seconds. ``unknown_passes`` is ``on_inconclusive: pass``."""

    soak: float = 0.0
    deadline: float = 1_800.0
    failures: int = 0
    unknown_passes: bool = False


@dataclass(frozen=True)
class CheckResult:
    """What one check saw in this look."""

    check: str
    region: str
    finding: Finding


class GateStep(StrEnum):
    """What follows from a look."""

    CONTINUE = "continue"
    PASS = "pass"  # noqa: S105 - a step, no password
    FAIL = "fail"


@dataclass(frozen=True)
class Decision:
    """What follows, why, what each region is, and what travels to the next look.

    ``open`` are the regions that were not judged to the end when the gate had to end: somebody else has to.
    """

    step: GateStep
    reason: str
    regions: tuple[RegionVerdict, ...]
    progress: Progress
    open: frozenset[str] = frozenset()

    def named(self, *verdicts: Verdict) -> tuple[str, ...]:
        """The regions with one of these verdicts, sorted."""
        return tuple(sorted(region.region for region in self.regions if region.verdict in verdicts))


@dataclass(frozen=True)
class _Weighed:
    """A look in the light of those before it; ``settled`` when a further look is not waited for."""

    look: CheckResult
    finding: Finding
    settled: bool
    fails: int = 0
    unknown: int = 0


def decide(looks: Sequence[CheckResult], progress: Progress, limits: Limits, now: float) -> Decision:
    """The decision after a look. ``looks`` holds every check of the plan once; ``now`` is in epoch seconds.

    While a window is closed the other checks are looked at as ever, but nothing is held against the deadline: the clock
    stands still until the window opens.
    """
    progress = progress.waits(now, waiting=any(look.finding.waits for look in looks))
    weighed = [_weigh(look, progress, limits, now) for look in looks]
    following = _following(weighed, progress, limits, now)
    if any(item.finding.verdict is Verdict.FAIL and item.settled for item in weighed):
        return _conclude(GateStep.FAIL, "failed", weighed, following)
    waiting = [item for item in weighed if not item.settled]
    if waiting:
        first = waiting[0]
        reason = f"{first.look.region}: {first.finding.reason}"
        return Decision(GateStep.CONTINUE, reason, _by_region(weighed), following)
    if not limits.unknown_passes and any(item.finding.verdict is Verdict.INCONCLUSIVE for item in weighed):
        return _conclude(GateStep.FAIL, "unknown", weighed, following)
    return _soak(weighed, following, limits, now)


def preview(looks: Sequence[CheckResult], progress: Progress) -> Decision:
    """A dry run's decision: what each region is in this one look, and nothing follows from it."""
    seen = [_Weighed(look, look.finding, settled=True) for look in looks]
    return Decision(GateStep.PASS, "dry run", _by_region(seen), replace(progress, look=progress.look + 1))


def _soak(weighed: Sequence[_Weighed], progress: Progress, limits: Limits, now: float) -> Decision:
    """Every check is settled and none failed: done, once that has lasted long enough."""
    lasted = max(0.0, now - (progress.pass_since or now))
    if lasted >= limits.soak:
        return _conclude(GateStep.PASS, "passed", weighed, progress)
    reason = f"all regions pass; observed for {lasted / 60:.1f} of {limits.soak / 60:g} minutes"
    return Decision(GateStep.CONTINUE, reason, _by_region(weighed), progress)


def _weigh(look: CheckResult, progress: Progress, limits: Limits, now: float) -> _Weighed:
    finding = look.finding
    overdue = progress.waiting_since is None and progress.counted(now) >= limits.deadline
    # The deadline is for reaching the state; what is observed afterwards has the tolerance that it always had.
    hurried = overdue and progress.pass_since is None
    match finding.verdict:
        case Verdict.PENDING if overdue:
            reason = f"not done within {limits.deadline / 60:g} minutes: {finding.reason}"
            return _Weighed(look, replace(finding, verdict=Verdict.FAIL, reason=reason), settled=True)
        case Verdict.FAIL:
            fails = progress.fails.get(look.check, 0) + 1
            if fails > limits.failures or hurried:
                return _Weighed(look, finding, settled=True, fails=fails)
            reason = f"failing look {fails}, {limits.failures} tolerated: {finding.reason}"
            tolerated = replace(finding, verdict=Verdict.PENDING, reason=reason)
            return _Weighed(look, tolerated, settled=False, fails=fails)
        case Verdict.INCONCLUSIVE:
            unknown = min(progress.unknown.get(look.check, 0) + 1, UNKNOWN_LOOKS)
            return _Weighed(look, finding, settled=unknown >= UNKNOWN_LOOKS or hurried, unknown=unknown)
        case _:
            return _Weighed(look, finding, settled=finding.verdict is Verdict.PASS)


def _following(weighed: Sequence[_Weighed], progress: Progress, limits: Limits, now: float) -> Progress:
    accepted = {Verdict.PASS, Verdict.INCONCLUSIVE} if limits.unknown_passes else {Verdict.PASS}
    observed = [item for item in weighed if not item.finding.waits]
    passing = bool(observed) and all(item.settled and item.finding.verdict in accepted for item in observed)
    # Neither an unanswered call nor a closed window says anything against a region: they do not begin the observation
    # anew.
    broken = any(item.finding.verdict in {Verdict.PENDING, Verdict.FAIL} for item in observed)
    since = progress.pass_since or (round(now, 3) if passing else None)
    return replace(
        progress,
        look=progress.look + 1,
        unread=0,
        pass_since=None if broken else since,
        fails={item.look.check: item.fails for item in weighed if item.fails},
        unknown={item.look.check: item.unknown for item in weighed if item.unknown},
    )


def _conclude(step: GateStep, reason: str, weighed: Sequence[_Weighed], progress: Progress) -> Decision:
    """The last word. What was still under way is unknown: nobody will look again."""
    final = [item if item.settled else replace(item, finding=_unfinished(item.finding)) for item in weighed]
    regions = _by_region(final)
    failed = {region.region for region in regions if region.verdict is Verdict.FAIL}
    unsettled = {item.look.region for item in weighed if not item.settled}
    return Decision(step, reason, regions, progress, open=frozenset(unsettled - failed))


def _unfinished(finding: Finding) -> Finding:
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=f"not judged to the end; last seen: {finding.reason}")


def _by_region(weighed: Sequence[_Weighed]) -> tuple[RegionVerdict, ...]:
    findings: Mapping[str, list[Finding]] = {region: [] for region in sorted({item.look.region for item in weighed})}
    for item in weighed:
        findings[item.look.region].append(item.finding)
    return tuple(judge(region, seen) for region, seen in findings.items())
