"""Which gates a pipeline has, and which stage and regions each of them verifies.

Where a gate covers a stage and a region, the gate is the judge of it.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.definition import VARIABLE, PipelineDefinition, StageDefinition
from crosscheck.pipelines.parameters import Parameters
from crosscheck.pipelines.scope import Position, scope
from crosscheck.size_limits import parse_json

type Read = Callable[[str], Parameters]

# Keys that may hold Crosscheck back, and what is assumed of them where they cannot be read.
_CAREFUL = frozenset({"dry_run", "plan", "rollback"})
# Keys by which a region may fail that would pass without them.
_HARMFUL = frozenset({"checks", "deadline_minutes", "plan"})
UNREAD = Parameters(rollback="suggest")


@dataclass(frozen=True)
class GateDefinition:
    """A gate. ``stands`` is the stage that it is part of; ``stage`` and ``regions`` are what it verifies.

    ``name`` is its action's, or its rule's; ``parameters`` are its own, defaults where they are unreadable,
    and no more than a suggestion to roll back: the gate itself will say what is wrong. ``may_fail_a_region`` is that of
    the parameters, or of what a variable in them may hold.
    """

    stands: str
    name: str
    stage: str
    regions: frozenset[str]
    parameters: Parameters
    may_fail_a_region: bool = False


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
            text = texts.get((stage.name, gate.action)) or gate.declared
            parameters = _read(text, read)
            if gate.action or parameters.stage:  # a rule has to name what it verifies: CodePipeline does not say where
                gates = _gate(definition, Position(stage.name, gate.action), gate.name, parameters)  # the rule stands
                harmful = parameters.may_fail_a_region or not _HARMFUL.isdisjoint(_variable(text))
                found += (replace(each, may_fail_a_region=harmful) for each in gates)
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


def _given(text: str) -> Mapping[str, object]:
    """UserParameters as they were declared; none where they are no object."""
    try:
        given = parse_json(text)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _variable(text: str) -> frozenset[str]:
    """The keys whose values are not known."""
    return frozenset(key for key, value in _given(text).items() if VARIABLE in json.dumps(value))


def _without_variables(text: str) -> str:
    """UserParameters as they were declared, without the keys whose values are not known."""
    given, unknown = _given(text), _variable(text)
    if not unknown:
        return text
    known = {key: value for key, value in given.items() if key not in unknown}
    return json.dumps({"rollback": UNREAD.rollback, **known} if unknown & _CAREFUL else known)


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
