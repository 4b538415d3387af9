"""What a look at a region says: verdicts, findings, and how several make one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from crosscheck.text import EXACT


class Verdict(StrEnum):
    """The answer of a check; the order of the members is the order of severity."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    PENDING = "PENDING"
    INCONCLUSIVE = "INCONCLUSIVE"
    FAIL = "FAIL"


@dataclass(frozen=True)
class ReleasedImage:
    """An image that a deploy action was given: the reference as it was written, and the digest that it stood for, empty
    where that was not asked."""

    reference: str
    digest: str


@dataclass(frozen=True)
class Finding:
    """What one check saw of one thing in one region.

    ``values`` are for people; no code reads them. ``images`` are those that the release deploys, as far as the check
    knows their digests; before it, those that run. ``baselines`` is what ran at this look, by the ``subject`` of the
    check that proves it and as its service's rollback reads it (a task definition, a version). Of a deployment that
    does not pass it is what that had brought, as its service tells, whatever runs by now. The ledger keeps those of a
    look that let a release pass, and those that preflight saw before the first release: what a rollback may go back to.
    ``warning`` is something that works and is unwise.

    ``waits`` marks a PENDING that only the time of day will end, or a later action of the same execution, or the
    arrival of what was pushed since: it says nothing against the region, and the time until then does not count towards
    a deadline. ``moved_on`` marks what was seen of a later deployment, which took the place of one that had come to a
    good end: whatever the verdict, it says nothing about the deployment that is judged. ``skipped`` marks a PASS that a
    person said, whatever was seen: it proves nothing.
    """

    kind: str
    target: str = field(metadata=EXACT)
    verdict: Verdict
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False
    moved_on: bool = False
    images: tuple[ReleasedImage, ...] = ()
    baselines: Mapping[str, str] = field(default_factory=dict, metadata=EXACT)
    warning: str = ""
    skipped: bool = False


@dataclass(frozen=True)
class RegionVerdict:
    """What all checks of one region say together."""

    region: str
    verdict: Verdict
    reason: str
    findings: tuple[Finding, ...]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The most severe verdict; nothing at all proves nothing, so it is INCONCLUSIVE."""
    severity = list(Verdict)
    return max(verdicts, key=severity.index, default=Verdict.INCONCLUSIVE)


def combine(own: Finding, contents: Sequence[Finding]) -> Finding:
    """One finding of a thing that passed and of what it holds: as bad as the worst of them, with the reasons of those
    and the warnings of all.

    What failed by itself counts more than what gave way to a later deployment, and that more than all else.
    """
    severity = list(Verdict)

    def rank(finding: Finding) -> tuple[bool, bool, int]:
        by_itself = finding.verdict is Verdict.FAIL and not finding.moved_on
        return by_itself, finding.moved_on, severity.index(finding.verdict)

    top = max((rank(finding) for finding in contents), default=rank(own))
    decisive = [finding for finding in contents if rank(finding) == top]
    worst_one = decisive[0] if decisive else own
    return replace(
        own,
        verdict=worst_one.verdict,
        moved_on=worst_one.moved_on,
        reason="; ".join([own.reason, *(finding.reason for finding in decisive)]),
        values={**own.values, **{f"{finding.kind} {finding.target}": finding.reason for finding in contents}},
        warning="; ".join(each.warning for each in [own, *contents] if each.warning),
    )


def judge(region: str, findings: Iterable[Finding]) -> RegionVerdict:
    """The verdict of a region: its worst finding's, with that finding's reason."""
    looked = tuple(findings)
    verdict = worst(finding.verdict for finding in looked)
    reasons = dict.fromkeys(finding.reason for finding in looked if finding.verdict is verdict)
    reason = "; ".join(reasons) if reasons else "no check applies to this region"
    return RegionVerdict(region, verdict, reason, looked)
