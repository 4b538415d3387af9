"""The one judge: has this region been healthy for long enough? Pure, with the reason in the words that people read.

The gate asks it about all regions of a stage at once, the fan-out about one region. They differ in their limits only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict, judge
from crosscheck.pipelines.parameters import Parameters
from crosscheck.verification.attribution import CheckResult, attributed
from crosscheck.verification.progress import Progress

# The first failing look of a row is confirmed soon. All other looks become rarer, from the first wait on by the factor:
# a plan may tolerate a hundred failing looks.
CONFIRM_SECONDS = 15
FIRST_WAIT = 15.0
BACKOFF = 1.4
# The looks that may follow sooner than after the longest wait: the first ones, confirmations, the ends of observations.
FREQUENT_LOOKS = 20

SEEN_TO_FAIL = "; it was seen to fail before"


@dataclass(frozen=True)
class Limits:
    """How long and how often. Times are in seconds.

    ``soak`` is how long everything has to stay healthy. ``deadline`` is how long that may take to begin; with 0, one
    look decides. ``failures`` are the consecutive FAIL looks of a check that are tolerated. ``unknown_looks`` are the
    consecutive INCONCLUSIVE looks of a check after which it is not asked again; 0 asks until the deadline.
    ``unknown_passes`` is ``on_inconclusive: pass``.
    """

    soak: float = 0.0
    deadline: float = 0.0
    failures: int = 0
    unknown_looks: int = 0
    unknown_passes: bool = False

    def planned(self, parameters: Parameters) -> Self:
        """What the plan says; of ``soak`` and ``failures`` at least these, which are the judge's own."""
        return replace(
            self,
            soak=max(self.soak, parameters.soak_minutes * 60),
            deadline=parameters.deadline_minutes * 60,
            failures=max(self.failures, parameters.failure_limit),
            unknown_passes=parameters.on_inconclusive == "pass",
        )


class NextStep(StrEnum):
    """What follows from a look."""

    CONTINUE = "continue"
    PASS = "pass"  # noqa: S105 - a step, no password
    FAIL = "fail"


@dataclass(frozen=True)
class Decision:
    """What follows, why, what each region is, and what travels to the next look.

    ``open`` are the regions that were not judged to the end when the judge had to end: somebody else has to.
    """

    step: NextStep
    reason: str
    regions: tuple[RegionVerdict, ...]
    progress: Progress
    open: frozenset[str] = frozenset()

    def named(self, *verdicts: Verdict) -> tuple[str, ...]:
        """The regions with one of these verdicts, sorted."""
        return tuple(sorted(region.region for region in self.regions if region.verdict in verdicts))


@dataclass(frozen=True)
class _Weighed:
    """A look in the light of those before it; ``settled`` if no further look is needed."""

    look: CheckResult
    finding: Finding
    settled: bool
    fails: int = 0
    unknown: int = 0


def decide(looks: Sequence[CheckResult], progress: Progress, limits: Limits, now: float) -> Decision:
    """The decision after a look. ``looks`` holds every check of the plan once; ``now`` is in epoch seconds.

    While a window is closed the other checks are run as ever, but nothing is held against the deadline: the clock
    stands still until the window opens.
    """
    progress = progress.after_waiting(now, waiting=any(look.finding.waits for look in looks))
    weighed = [_weigh(look, progress, limits, now) for look in attributed(looks)]
    following = _following(weighed, progress, limits, now)
    cut_short = not _observed(progress, limits, now)
    if any(item.finding.verdict is Verdict.FAIL and item.settled for item in weighed):
        return _conclude(NextStep.FAIL, "failed", weighed, following, cut_short=cut_short)
    waiting = [item for item in weighed if not item.settled]
    if waiting:
        first = waiting[0]
        reason = f"{first.look.region}: {first.finding.reason}"
        return Decision(NextStep.CONTINUE, reason, _regions(weighed), following)
    if not limits.unknown_passes and any(item.finding.verdict is Verdict.INCONCLUSIVE for item in weighed):
        return _conclude(NextStep.FAIL, "unknown", weighed, following, cut_short=cut_short)
    return _soak(weighed, following, limits, now)


def preview(looks: Sequence[CheckResult], progress: Progress) -> Decision:
    """A dry run's decision: what each region is in this one look, and nothing follows from it."""
    regions = _by_region(attributed(looks))
    return Decision(NextStep.PASS, "dry run", regions, replace(progress, look=progress.look + 1))


def seconds_to_next_look(progress: Progress, limits: Limits, longest: float, now: float) -> int:
    """How many seconds to wait after a decision to continue. ``longest`` is the longest wait that the caller allows.

    Only FREQUENT_LOOKS looks more than one per ``longest`` seconds are taken: a region that passes and fails by turns
    would otherwise be looked at every few seconds until its deadline.
    """
    frequent = progress.look < FREQUENT_LOOKS + (now - progress.since) / longest
    if frequent and max(progress.fails.values(), default=0) == 1:
        return CONFIRM_SECONDS
    if progress.pass_since is None:
        left = limits.deadline - progress.counted(now)
    else:
        # What has to be asked again is not asked every second, only because the observation should have ended.
        left = progress.pass_since + limits.soak - now if frequent and not progress.unknown else longest
    wait = min(longest, FIRST_WAIT * BACKOFF ** min(progress.look - 1, 100), max(1.0, left))
    return max(1, round(wait))


def _lasted(progress: Progress, now: float) -> float:
    return max(0.0, now - (progress.pass_since or now))


def _observed(progress: Progress, limits: Limits, now: float) -> bool:
    """Whether everything has been healthy for long enough."""
    return _lasted(progress, now) >= limits.soak


def _soak(weighed: Sequence[_Weighed], progress: Progress, limits: Limits, now: float) -> Decision:
    """Every check is settled and none failed: done, once that has lasted long enough."""
    if _observed(progress, limits, now):
        return _conclude(NextStep.PASS, "passed", weighed, progress)
    reason = f"all regions pass; observed for {_lasted(progress, now) / 60:.1f} of {limits.soak / 60:g} minutes"
    return Decision(NextStep.CONTINUE, reason, _regions(weighed), progress)


def _weigh(look: CheckResult, progress: Progress, limits: Limits, now: float) -> _Weighed:
    finding = look.finding
    overdue = progress.waiting_since is None and progress.counted(now) >= limits.deadline
    # The deadline is for reaching the state; what is observed afterwards has the tolerance that it always had.
    hurried = overdue and progress.pass_since is None
    # An observation that began anew after it tolerates nothing: what passes and fails by turns has to come to an end.
    since = progress.pass_since
    late = progress.broken and since is not None and progress.counted(since) > limits.deadline
    match finding.verdict:
        case Verdict.PENDING if hurried or (overdue and progress.counted(now) >= limits.deadline + limits.soak):
            reason = f"not done within {limits.deadline / 60:g} minutes: {finding.reason}"
            return _Weighed(look, replace(finding, verdict=Verdict.FAIL, reason=reason), settled=True)
        case Verdict.INCONCLUSIVE if finding.moved_on:
            reason = f"{finding.reason}{SEEN_TO_FAIL if look.check in progress.fails else ''}"
            return _Weighed(look, replace(finding, reason=reason), settled=True, unknown=1)
        case Verdict.FAIL:
            fails = progress.fails.get(look.check, 0) + 1
            # No later look finds what was taken back there again.
            if fails > limits.failures or hurried or late or finding.moved_on:
                return _Weighed(look, finding, settled=True)
            reason = f"failing look {fails}, {limits.failures} tolerated: {finding.reason}"
            tolerated = replace(finding, verdict=Verdict.PENDING, reason=reason)
            return _Weighed(look, tolerated, settled=False, fails=fails)
        case Verdict.INCONCLUSIVE:
            count = progress.unknown.get(look.check, 0) + 1
            asked_enough = 0 < limits.unknown_looks <= count
            fails = progress.fails.get(look.check, 0)  # an unanswered call is no sign of recovery
            return _Weighed(look, finding, settled=asked_enough or hurried, fails=fails, unknown=count)
        case _:
            return _Weighed(look, finding, settled=finding.verdict is Verdict.PASS)


def _following(weighed: Sequence[_Weighed], progress: Progress, limits: Limits, now: float) -> Progress:
    accepted = {Verdict.PASS, Verdict.INCONCLUSIVE} if limits.unknown_passes else {Verdict.PASS}
    observed = [item for item in weighed if not item.finding.waits]
    passing = bool(observed) and all(item.settled and item.finding.verdict in accepted for item in observed)
    # Neither an unanswered call nor a closed window says anything against a region: they do not begin the observation
    # anew. After the deadline something that moves, as a service that scales, only has to be done by its end.
    overdue = progress.counted(now) >= limits.deadline
    broken = any(_breaks(item, overdue=overdue) for item in observed)
    since = progress.pass_since or (round(now, 3) if passing else None)
    return replace(
        progress,
        look=progress.look + 1,
        unread=0,
        pass_since=None if broken else since,
        passed=progress.passed or passing,
        broken=progress.broken or (broken and progress.pass_since is not None),
        fails={item.look.check: item.fails for item in weighed if item.fails},
        unknown={item.look.check: item.unknown for item in weighed if item.unknown},
    )


def _breaks(item: _Weighed, *, overdue: bool) -> bool:
    match item.finding.verdict:
        case Verdict.PENDING:
            return bool(item.fails) or not overdue
        case verdict:
            return verdict is Verdict.FAIL


def _conclude(
    step: NextStep, reason: str, weighed: Sequence[_Weighed], progress: Progress, *, cut_short: bool = False
) -> Decision:
    """The last word. What was still under way is unknown, and so is what passed so far where that was ``cut_short`` of
    the time that it was to be observed: this judge will not look again."""
    so_far = {region.region for region in _regions(weighed) if cut_short and region.verdict is Verdict.PASS}
    final = [item if item.settled and item.look.region not in so_far else _unfinished(item) for item in weighed]
    regions = _regions(final)
    failed = {region.region for region in regions if region.verdict is Verdict.FAIL}
    unsettled = {item.look.region for item in final if not item.settled}
    return Decision(step, reason, regions, progress, open=frozenset(unsettled - failed))


def _unfinished(item: _Weighed) -> _Weighed:
    finding = item.finding
    reason = f"not judged to the end; last seen: {finding.reason}"
    return replace(item, finding=replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason), settled=False)


def _regions(weighed: Sequence[_Weighed]) -> tuple[RegionVerdict, ...]:
    return _by_region([replace(item.look, finding=item.finding) for item in weighed])


def _by_region(looks: Sequence[CheckResult]) -> tuple[RegionVerdict, ...]:
    findings: Mapping[str, list[Finding]] = {region: [] for region in sorted({look.region for look in looks})}
    for look in looks:
        findings[look.region].append(look.finding)
    return tuple(judge(region, seen) for region, seen in findings.items())
