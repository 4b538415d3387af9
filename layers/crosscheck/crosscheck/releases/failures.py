"""The actions of a release that failed: which regions each is about, and whether a region's line says why already."""

from collections.abc import Iterator, Mapping, Sequence

from crosscheck.console import execution_url, is_plain_url
from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.execution_facts import ActionState
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.model import Failure, RegionProgress

UNEXPLAINED = "CodePipeline gave no reason"


def failures_of(subject: Subject, known: KnownFacts, regions: Sequence[RegionProgress]) -> Iterator[Failure]:
    """The failed actions in the order in which they failed; ``regions`` are those of the release."""
    failed = [action for action in known.actions if action.run.state is State.FAILED]
    page = execution_url(subject.region, subject.pipeline, subject.execution)
    lines = {part.region: part for part in regions}
    for action in sorted(failed, key=lambda action: (action.run.at, action.stage, action.action)):
        reason = action.summary or action.error_code or UNEXPLAINED
        judged = _judged(action, known)
        proven = tuple(dict.fromkeys(verdict.judged.region for verdict in judged)) or _proves(action, known)
        yield Failure(
            stage=action.stage,
            action=action.action,
            regions=proven or ((action.region,) if action.region else ()),
            reason=reason,
            url=action.url if is_plain_url(action.url) else page,
            told=_told(action, reason, judged, lines),
        )


def _judged(gate: ActionState, known: KnownFacts) -> list[JudgeVerdict]:
    """What a failed gate says against regions; empty for every other action, and for a gate that says nothing."""
    name = f"{gate.stage}/{gate.action}"
    said = (verdict for verdict in known.verdicts if verdict.judge == name and verdict.at >= gate.run.begun)
    return [verdict for verdict in said if verdict.final and verdict.judged.verdict is not Verdict.PASS]


def _proves(gate: ActionState, known: KnownFacts) -> tuple[str, ...]:
    """The regions that a gate proves, as the definition says; empty for every other action."""
    name = f"{gate.stage}/{gate.action}"
    proven = (judge.region for judge in known.judges.values() if name in {*judge.gates, *judge.without_turn})
    return tuple(sorted(set(proven)))


def _told(
    action: ActionState, reason: str, judged: Sequence[JudgeVerdict], lines: Mapping[str, RegionProgress]
) -> bool:
    """Whether every reason stands on the line of its region."""
    reasons = [(each.judged.region, each.judged.reason) for each in judged]
    if not reasons and action.category == "Deploy":
        reasons = [(action.region, reason)]
    said = {region: (part.reason, part.follow_up) for region, part in lines.items()}
    return bool(reasons) and all(any(why in text for text in said.get(region, ())) for region, why in reasons)
