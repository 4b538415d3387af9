"""Which gates a pipeline has, and which stage and regions each of them verifies.

Where a gate covers a stage and a region, the gate is the judge of it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.definition import (
    VARIABLE,
    ActionDefinition,
    PipelineDefinition,
    RuleDefinition,
    StageDefinition,
)
from crosscheck.pipelines.parameters import Parameters
from crosscheck.pipelines.scope import Position, scope

type Read = Callable[[str], Parameters]

# Keys that may hold Crosscheck back, and what is assumed of them where they cannot be read.
_CAREFUL = frozenset({"dry_run", "plan", "rollback"})
UNREAD = Parameters(rollback="suggest")


@dataclass(frozen=True)
class GateDefinition:
    """A gate. ``stands`` is the stage that it is part of; ``stage`` and ``regions`` are what it verifies.

    ``name`` is its action's, or its rule's; ``parameters`` are its own, defaults where they are unreadable,
    and no more than a suggestion to roll back: the gate itself will say what is wrong.
    """

    stands: str
    name: str
    stage: str
    regions: frozenset[str]
    parameters: Parameters


def find_gates(
    definition: PipelineDefinition, function: str, texts: Mapping[tuple[str, str], str], read: Read
) -> tuple[GateDefinition, ...]:
    """Every gate of a pipeline that verifies something.

    ``function`` is the gate's function; ``texts`` are the UserParameters of gates that have run, by stage and action,
    their variables resolved; ``read`` turns such a text into parameters, and may raise ConfigurationError.
    """
    found: list[GateDefinition] = []
    for stage in definition.stages:
        for action in (each for each in stage.actions if _is_action(each, function)):
            text = texts.get((stage.name, action.name)) or action.configuration.get("UserParameters", "")
            found += _gate(definition, Position(stage.name, action.name), action.name, _read(text, read))
        for number, rule in enumerate(stage.rules):
            if _is_rule(rule, function):
                parameters = _read(rule.configuration.get("UserParameters", ""), read)
                if parameters.stage:  # a rule has to name it, as CodePipeline does not say where the rule stands
                    found += _gate(definition, Position(stage.name), f"rule {number + 1}", parameters)
    return tuple(found)


def holds_gate(stage: StageDefinition, function: str) -> bool:
    """Whether a gate stands in the stage, as an action or as a rule, whatever it verifies."""
    return any(_is_action(action, function) for action in stage.actions) or any(
        _is_rule(rule, function) for rule in stage.rules
    )


def _is_action(action: ActionDefinition, function: str) -> bool:
    invokes = action.provider == "Lambda" and action.category == "Invoke"
    return invokes and _names(action.configuration, function)


def _is_rule(rule: RuleDefinition, function: str) -> bool:
    return rule.provider == "LambdaInvoke" and _names(rule.configuration, function)


def _names(configuration: Mapping[str, str], function: str) -> bool:
    """Whether the function is named, as it is or by an ARN."""
    return function in configuration.get("FunctionName", "").split(":")


def _without_variables(text: str) -> str:
    """UserParameters as they were declared, without the keys whose values are not known."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(given, dict):
        return text
    known = {key: value for key, value in given.items() if VARIABLE not in json.dumps(value)}
    unknown = _CAREFUL & (given.keys() - known.keys())
    return json.dumps({"rollback": UNREAD.rollback, **known} if unknown else known)


def _read(text: str, read: Read) -> Parameters:
    try:
        return read(_without_variables(text))
    except ConfigurationError:
        return UNREAD


def _gate(
    definition: PipelineDefinition, position: Position, name: str, parameters: Parameters
) -> Iterator[GateDefinition]:
    try:
        found = scope(definition, position, parameters.stage, parameters.regions)
    except ConfigurationError:
        return
    yield GateDefinition(position.stage, name, found.stage, frozenset(found.regions), parameters)
