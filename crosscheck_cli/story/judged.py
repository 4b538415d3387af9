"""What Crosscheck saw, said and did: preflight, looks, rollbacks; and what people decided. Pure."""

from collections.abc import Iterator, Mapping

from crosscheck.cards import signs
from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict
from crosscheck.images.reference import DIGEST, short
from crosscheck.ledger.decision_facts import DecisionKind, DecisionState, TakenDecision
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackClaim, RollbackProgress
from crosscheck.ledger.states import RollbackState, State
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.deployments import deployments
from crosscheck.releases.model import RegionState
from crosscheck.releases.regions import follow_up
from crosscheck.text import listed
from crosscheck_cli.story.entry import Source, StoryEntry

VERDICTS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.PASS: (signs.of_region(RegionState.PASSED)[0], "passed"),
    Verdict.PENDING: (signs.of_region(RegionState.VERIFYING)[0], "not proven yet"),
    Verdict.INCONCLUSIVE: (signs.of_region(RegionState.UNKNOWN)[0], "unknown"),
    Verdict.FAIL: (signs.of_region(RegionState.FAILED)[0], "failed"),
}
_ROLLBACKS: Mapping[RollbackState, str] = {
    RollbackState.RUNNING: signs.of_state(State.STARTED)[0],
    RollbackState.SUGGESTED: ":raised_hand:",
    RollbackState.LEFT: signs.of_region(RegionState.SKIPPED)[0],
    RollbackState.MOVED_ON: ":raised_hand:",
    RollbackState.BACK: signs.of_region(RegionState.ROLLED_BACK)[0],
    RollbackState.DONE: signs.of_region(RegionState.ROLLED_BACK)[0],
    RollbackState.FAILED: signs.of_region(RegionState.FAILED)[0],
    RollbackState.UNKNOWN: signs.of_region(RegionState.UNKNOWN)[0],
}
# What Crosscheck does only where it may act by itself, or a person asked.
_ACTS = frozenset({RollbackState.RUNNING, RollbackState.DONE})
_DECISIONS: Mapping[DecisionKind, str] = {
    DecisionKind.APPROVE: "approved",
    DecisionKind.REJECT: "rejected",
    DecisionKind.RETRY: "asked for a retry of",
    DecisionKind.ROLL_BACK: "asked for the rollback of",
    DecisionKind.STOP: "stopped",
    DecisionKind.SKIP: "let a check be skipped in",
}
_OUTCOMES: Mapping[DecisionState, tuple[str, str]] = {
    DecisionState.BEGUN: (signs.of_state(State.UNKNOWN)[0], ", and whether it was done, CodePipeline shows"),
    DecisionState.DONE: (signs.of_state(State.SUCCEEDED)[0], ""),
    DecisionState.REFUSED: (":warning:", ", and nothing was done"),
    DecisionState.UNKNOWN: (signs.of_state(State.UNKNOWN)[0], ", and what came of it is unknown"),
}


def preflights(known: KnownFacts) -> Iterator[StoryEntry]:
    """What was seen of each region when the execution started."""
    for seen in known.preflights:
        judged = seen.judged
        good = judged.verdict is Verdict.PASS
        why = tuple(dict.fromkeys(line for finding in judged.findings for line in _remarks(finding)))
        text = "nothing here would break the release" if good else judged.reason
        sign = VERDICTS[judged.verdict][0]
        yield StoryEntry(seen.at, Source.PREFLIGHT, judged.region, sign, text, why, minor=good)


def looks(known: KnownFacts) -> Iterator[StoryEntry]:
    """The last look of each judge at each region, whether or not its word counts, and why that is so."""
    for verdict in known.verdicts:
        sign, word = VERDICTS[verdict.judged.verdict]
        if not verdict.final:
            word = f"{word}, and goes on looking"
        heard = verdict in known.verdicts_on(verdict.stage, verdict.judged.region)
        who = _judge(verdict, known)
        counts = "" if heard else "does not count: the pipeline's definition names another judge for this region"
        why = tuple(filter(None, [f"judged by {who}", counts, *_seen(verdict.judged)]))
        where = f"{verdict.stage} · {verdict.judged.region}"
        text = f"looked at, {word}: {verdict.judged.reason}"
        stage = verdict.judge.partition("/")[0] or verdict.stage
        yield StoryEntry(verdict.at, Source.LOOK, where, sign, text, why, minor=not heard, stage=stage)


def rollbacks(known: KnownFacts) -> Iterator[StoryEntry]:
    """What became of taking back each region, and what that took the place of."""
    places = {(each.stage, each.region): None for each in deployments(known)}
    places |= {(each.stage, each.judged.region): None for each in known.verdicts}
    for stage, region in places:
        where = f"{stage} · {region}"
        if progress := known.rollback(stage, region):
            why = _rollback_reasons(progress, known)
            text = follow_up(progress)
            text = f"rolled back: {text}" if progress.state in {RollbackState.DONE, RollbackState.BACK} else text
            yield StoryEntry(progress.at, Source.ROLLBACK, where, _ROLLBACKS[progress.state], text, why, stage=stage)
        if replaced := known.replaced(stage, region):
            text = f"the rollback took the place of somebody else's deployment: {replaced.what}"
            yield StoryEntry(replaced.at, Source.ROLLBACK, where, ":rotating_light:", text, stage=stage)


def decisions(known: KnownFacts) -> Iterator[StoryEntry]:
    """What people decided, and the clicks that were refused."""
    for decision in known.decisions:
        yield _decision(decision)
    for click in known.refused_clicks:
        kind = click.kind.replace("_", " ") if click.kind else "what a later version offers"
        text = f"{click.user} clicked {kind}, which was refused: {click.why}"
        yield StoryEntry(click.at, Source.PERSON, "card", ":warning:", text)
    for skipped in known.skipped:
        text = f"{skipped.by} takes {skipped.kind} {skipped.target} for passed: {skipped.reason}"
        yield StoryEntry(skipped.at, Source.PERSON, f"{skipped.stage} · {skipped.region}", ":fast_forward:", text)


def _decision(decision: TakenDecision) -> StoryEntry:
    sign, came_of_it = _OUTCOMES[decision.state]
    what = _DECISIONS[decision.kind] if decision.kind else "decided about"
    text = f"{f'{decision.by} {what} {decision.where}'.rstrip()}{came_of_it}"
    why = (f"reason: {decision.reason}" if decision.reason else "", decision.outcome)
    return StoryEntry(decision.at, Source.PERSON, "card", sign, text, tuple(filter(None, why)))


def _judge(verdict: JudgeVerdict, known: KnownFacts) -> str:
    if verdict.judge:
        look = f", look {verdict.look}" if verdict.look else ""
        return f"the gate {verdict.judge}{look}"
    decided = known.judges.get((verdict.stage, verdict.judged.region))
    gates = (*decided.gates, *decided.without_turn) if decided else ()
    return f"Crosscheck itself, {f'in place of {listed(gates, things="gates")}' if gates else 'as no gate judges here'}"


def _rollback_reasons(progress: RollbackProgress, known: KnownFacts) -> tuple[str, ...]:
    holder = known.holder(RollbackClaim(progress.stage, progress.region, progress.attempt))
    told = follow_up(progress)
    what, _, _ = progress.target.partition(" (")
    acts = progress.state in _ACTS
    by_itself = (
        "nobody had to ask for it: a gate, the tag crosscheck:rollback or RollbackMode says auto" if acts else ""
    )
    why = (
        f"goes back to {progress.target}" if what and what not in told else "",
        f"asked for by {progress.by}" if progress.by else by_itself,
        f"step by step: the state machine verify_release, execution {holder}" if holder else "",
    )
    return tuple(filter(None, why))


def _seen(judged: RegionVerdict) -> Iterator[str]:
    """What each check saw, where the verdict's own reason does not say it."""
    for finding in judged.findings:
        if finding.verdict is Verdict.PASS and finding.reason == judged.reason and not finding.warning:
            continue
        name = f"{finding.kind} {finding.target}".strip()
        reason = "" if finding.reason == judged.reason else f": {finding.reason}"
        skipped = ", as a person said" if finding.skipped else ""
        yield f"{name} {VERDICTS[finding.verdict][1]}{skipped}{reason}"
        if finding.values and finding.verdict is not Verdict.PASS:
            yield f"  saw {'; '.join(f'{key}: {_brief(value)}' for key, value in finding.values.items() if value)}"
        if finding.warning:
            yield f"  but {finding.warning}"


def _brief(value: str) -> str:
    """The value with its digests as short as everywhere else."""
    return DIGEST.sub(lambda found: short(found[0]), value)


def _remarks(finding: Finding) -> Iterator[str]:
    if finding.verdict is not Verdict.PASS:
        yield f"{finding.kind} {finding.target} {VERDICTS[finding.verdict][1]}: {finding.reason}"
    if finding.warning:
        yield finding.warning
