"""Which gates a pipeline has, and which stage and regions each of them verifies.

Where a gate covers a stage and a region, the gate is the judge of it.
"""

import json
import re
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
        for gate in invocations(stage, function):
            parameters = _read(texts.get((stage.name, gate.action)) or gate.declared, read)
            if gate.action or parameters.stage:  # a rule has to name what it verifies: CodePipeline does not say where
                found += _gate(definition, Position(stage.name, gate.action), gate.name, parameters)  # the rule stands
    return tuple(found)


@dataclass(frozen=True)
class GateInvocation:
    """What in a stage invokes the gate's function. ``name`` is unique in the stage, ``action`` is empty for a rule;
    ``declared`` are its UserParameters, variables and all."""

    name: str
    action: str
    declared: str


def invocations(stage: StageDefinition, function: str) -> Iterator[GateInvocation]:
    """The actions and rules of a stage that invoke the function, whatever they verify."""
    for action in stage.actions:
        if action.is_of_aws("Invoke", "Lambda") and invokes(action.configuration, function):
            yield GateInvocation(action.name, action.name, action.configuration.get("UserParameters", ""))
    for rule in stage.rules:
        if rule.provider == "LambdaInvoke" and invokes(rule.configuration, function):
            yield GateInvocation(rule_gate(rule.name), "", rule.configuration.get("UserParameters", ""))


def rule_gate(rule: str) -> str:
    """The name of the gate that is this rule of a stage's condition. No action's name holds a space."""
    return f"rule {rule}"


def invokes(configuration: Mapping[str, str], function: str) -> bool:
    """Whether a configuration names the function, as it is or by an ARN, with or without a qualifier."""
    name = re.sub(r"^arn:[^:]*:lambda:[^:]*:[^:]*:function:", "", configuration.get("FunctionName", ""))
    return name.partition(":")[0] == function


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
