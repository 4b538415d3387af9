"""What CodePipeline demands of the conditions of stages, and what of them the local account refuses by name."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from local.codepipeline.actions.base import ActionKind
from local.codepipeline.conditions import MEMBERS, Result, result_of, rules_of
from local.codepipeline.problems import Problem
from local.codepipeline.rules.cloudwatch_alarm import STATES
from local.codepipeline.rules.cron import parse_cron
from local.codepipeline.rules.registry import KNOWN_ELSEWHERE, RULES
from local.codepipeline.rules.variable_check import OPERATORS
from local.regions import is_region

Wire = Mapping[str, Any]

_RESULTS: Mapping[str, frozenset[str]] = {
    "beforeEntry": frozenset({Result.FAIL, Result.SKIP}),
    "onSuccess": frozenset({Result.ROLLBACK, Result.FAIL}),
    "onFailure": frozenset({Result.ROLLBACK, Result.RETRY, Result.FAIL}),
}


def check_conditions(wire: Wire, region: str) -> Iterator[Problem]:
    """What is wrong with the conditions of a pipeline in that region."""
    for number, stage in enumerate(wire["stages"]):
        for member in MEMBERS.keys() & stage.keys():
            where = f"{member} of stage '{stage['name']}'"
            yield from _pipeline(wire, stage[member], where, is_source=number == 0)
            yield from _result(member, stage[member], where)
            yield from chain.from_iterable(_rule(rule, where, region) for rule in rules_of(stage[member]))
            names = Counter(rule["name"] for rule in rules_of(stage[member]))
            yield from (_problem(f"{where}: the rule name '{name}' is repeated") for name in names if names[name] > 1)


def _pipeline(wire: Wire, condition: Wire, where: str, *, is_source: bool) -> Iterator[Problem]:
    if wire.get("pipelineType", "V1") != "V2":
        yield _problem(f"{where}: stage conditions are only supported for pipelines of type V2")
    if result_of(condition) != Result.ROLLBACK:
        return
    if wire.get("executionMode") == "PARALLEL":
        yield _problem(f"{where}: the result ROLLBACK cannot be added to a pipeline in PARALLEL mode")
    if is_source:
        yield _problem(f"{where}: a source stage cannot be rolled back")


def _result(member: str, condition: Wire, where: str) -> Iterator[Problem]:
    result = result_of(condition)
    if result is None and member != "onSuccess":
        yield _problem(f"{where} must have a result")
    if result is not None and result not in _RESULTS[member]:
        yield _problem(f"{where}: the result must be one of {', '.join(sorted(_RESULTS[member]))}, not {result}")
    if member != "onFailure" and not rules_of(condition):
        yield _problem(f"{where} must have at least one rule")
    if "retryConfiguration" in condition and result != Result.RETRY:
        yield _problem(f"{where}: retryConfiguration is only for the result RETRY")


def _rule(rule: Wire, where: str, region: str) -> Iterator[Problem]:
    declared, here = rule["ruleTypeId"], f"{where}: rule '{rule['name']}'"
    kind = RULES.get(declared["provider"])
    if declared["provider"] in KNOWN_ELSEWHERE or "commands" in rule:
        yield _problem(f"{here}: {declared['provider']} is not in the local account")
    elif kind is None or declared.get("version", "1") != "1" or not is_region(rule.get("region", region)):
        yield _problem(f"{here}: there is no rule type {declared['provider']} of this version in this region")
    else:
        yield from (_problem(f"{here} {reason}") for reason in _faults(rule, kind))


def _faults(rule: Wire, kind: ActionKind) -> Iterator[str]:
    configuration = rule.get("configuration", {})
    yield from (f"is missing {name}" for name in sorted(kind.required - configuration.keys()))
    unknown = configuration.keys() - kind.required - kind.optional
    yield from (f"contains unknown configuration '{name}'" for name in sorted(unknown))
    if len(rule.get("inputArtifacts", [])) > kind.inputs[1]:
        yield f"takes at most {kind.inputs[1]} input artifacts"
    for name, check in _VALUES.items():
        if name in configuration and "#{" not in configuration[name]:
            yield from (f"has a wrong {name}: {reason}" for reason in check(configuration[name]))


def _number(text: str) -> Iterator[str]:
    if not text.isdigit():
        yield "it must be a number of minutes"


def _states(text: str) -> Iterator[str]:
    if not {each.strip() for each in text.split(",")} <= set(STATES):
        yield f"it must be of {', '.join(STATES)}"


def _operator(text: str) -> Iterator[str]:
    if text not in OPERATORS:
        yield f"it must be one of {', '.join(OPERATORS)}"


def _cron(text: str) -> Iterator[str]:
    try:
        parse_cron(text)
    except ValueError as error:
        yield str(error)


def _zone(text: str) -> Iterator[str]:
    try:
        ZoneInfo(text)
    except (ValueError, KeyError, OSError):
        yield "there is no such time zone"


_VALUES: Mapping[str, Callable[[str], Iterator[str]]] = {
    "WaitTime": _number,
    "AlarmStates": _states,
    "Operator": _operator,
    "Cron": _cron,
    "TimeZone": _zone,
}


def _problem(message: str) -> Problem:
    return Problem("InvalidStageDeclarationException", message)
