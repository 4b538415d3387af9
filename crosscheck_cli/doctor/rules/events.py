"""The rules that bring events into the stack's queue: its own, and those that forward from other regions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crosscheck_cli.doctor.defect import GONE, Defect, Severity

ENABLED = "ENABLED"
_LATE, _NOT_FOLLOWED = "releases are noticed minutes late", "images that are pushed are not followed"


@dataclass(frozen=True)
class SeenRule:
    """An EventBridge rule. ``state`` is empty where there is none; ``targets`` are ARNs; ``sources`` are those of the
    events that its pattern lets through."""

    name: str
    region: str
    state: str
    targets: tuple[str, ...] = ()
    sources: frozenset[str] = frozenset()


def judge_own_rule(rule: SeenRule, queue: str, sources: frozenset[str]) -> Iterator[Defect]:
    """A rule of the stack: whether it sends these events to the queue of this ARN."""
    command = f"aws events {{}} --region {rule.region} --name {rule.name}"
    harm = _NOT_FOLLOWED if "aws.ecr" in sources else _LATE
    if not rule.state:
        yield _error(
            rule,
            f"the rule {rule.name} is gone: {harm}",
            GONE,
        )
    elif rule.state != ENABLED:
        yield _error(rule, f"the rule {rule.name} is {rule.state}: {harm}", command.format("enable-rule"))
    elif queue not in rule.targets:
        target = f"--rule {rule.name} --targets Id=events-queue,Arn={queue}"
        fix = f"aws events put-targets --region {rule.region} {target}"
        yield _error(rule, f"the rule {rule.name} does not lead to the events queue: {harm}", fix)
    elif not sources <= rule.sources:
        yield _error(rule, f"the pattern of the rule {rule.name} was changed: {harm}", "put the template's back")


def judge_forwarding(region: str, rules: Sequence[SeenRule], bus: str) -> Iterator[Defect]:
    """The forwarding rules of a region: whether one of them sends its events to the home region's bus."""
    ours = [rule for rule in rules if bus in rule.targets]
    again = "take the region out of Regions, deploy, put it back, deploy: its rule is made anew"
    if not ours:
        found = f"the rule {rules[0].name} leads elsewhere" if rules else "there is no rule crosscheck-forward-…"
        problem = f"{found}: events of {region} do not reach the stack"
        yield Defect(Severity.ERROR, region, problem, again)
        return
    if any(rule.state == ENABLED and {"aws.codepipeline", "aws.ecr"} <= rule.sources for rule in ours):
        return
    rule = ours[0]
    if rule.state != ENABLED:
        fix = f"aws events enable-rule --region {region} --name {rule.name}"
        yield _error(rule, f"the rule {rule.name} is {rule.state}: events of {region} do not reach the stack", fix)
    else:
        problem = f"the pattern of the rule {rule.name} was changed: not all events of {region} reach the stack"
        yield Defect(Severity.ERROR, region, problem, again)


def _error(rule: SeenRule, problem: str, fix: str) -> Defect:
    return Defect(Severity.ERROR, rule.region, problem, fix)
