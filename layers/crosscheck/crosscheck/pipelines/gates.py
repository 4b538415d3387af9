"""Which gates a pipeline has, and which stage and regions each of them verifies.

Where a gate covers a stage and a region, the gate is the judge of it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.definition import VARIABLE, PipelineDefinition, StageDefinition
from crosscheck.pipelines.parameters import Parameters
from crosscheck.pipelines.scope import Position, scope
from crosscheck.size_limits import parse_json

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
        for name, action, declared in _invocations(stage, function):
            parameters = _read(texts.get((stage.name, action)) or declared, read)
            if action or parameters.stage:  # a rule has to name it, as CodePipeline does not say where the rule stands
                found += _gate(definition, Position(stage.name, action), name, parameters)
    return tuple(found)


def holds_gate(stage: StageDefinition, function: str) -> bool:
    """Whether a gate stands in the stage, as an action or as a rule, whatever it verifies."""
    return any(True for _ in _invocations(stage, function))


def _invocations(stage: StageDefinition, function: str) -> Iterator[tuple[str, str, str]]:
    """The name of each action and rule that invokes the function, its action's name, empty for a rule, and what it
    passes."""
    for action in stage.actions:
        if (action.provider, action.category) == ("Lambda", "Invoke") and _names(action.configuration, function):
            yield action.name, action.name, action.configuration.get("UserParameters", "")
    for number, rule in enumerate(stage.rules, start=1):
        if rule.provider == "LambdaInvoke" and _names(rule.configuration, function):
            yield f"rule {number}", "", rule.configuration.get("UserParameters", "")


def _names(configuration: Mapping[str, str], function: str) -> bool:
    """Whether the function is named, as it is or by an ARN."""
    return function in configuration.get("FunctionName", "").split(":")


def _without_variables(text: str) -> str:
    """UserParameters as they were declared, without the keys whose values are not known."""
    try:
        given = parse_json(text)
    except ValueError:
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
