"""What CodePipeline demands of a pipeline's structure, beyond the shapes of the service model.

Each rule yields what is wrong; the first finding refuses the request. Limits are from the user guide's quotas.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from local.aws_json.errors import ApiError
from local.codepipeline.action_rules import check_action
from local.codepipeline.actions import lambda_deploy
from local.codepipeline.condition_rules import check_conditions
from local.codepipeline.parsing import declared_stores
from local.codepipeline.problems import Problem

_MINIMUM_STAGES, _MAXIMUM_STAGES = 2, 50
_MAXIMUM_ACTIONS_OF_STAGE, _MAXIMUM_ACTIONS = 50, 500

Wire = Mapping[str, Any]


def check_definition(wire: Wire, region: str) -> None:
    """Check a PipelineDeclaration for a pipeline in that region.

    Raises:
        ApiError: InvalidStructureException, InvalidStageDeclarationException or InvalidActionDeclarationException.
    """
    for rule in _RULES:
        for problem in rule(wire, region):
            raise ApiError(problem.code, problem.message)


def _structure(message: str) -> Problem:
    return Problem("InvalidStructureException", message)


def _stage(message: str) -> Problem:
    return Problem("InvalidStageDeclarationException", message)


def _action(message: str) -> Problem:
    return Problem("InvalidActionDeclarationException", message)


def _stages(wire: Wire, _region: str) -> Iterator[Problem]:
    count = len(wire["stages"])
    if count < _MINIMUM_STAGES:
        yield _structure(f"Pipeline has {count} stage(s). There should be a minimum of 2 stages in a pipeline")
    if count > _MAXIMUM_STAGES:
        yield _structure(f"Pipeline has {count} stages. There should be a maximum of 50 stages in a pipeline")
    for name in _repeated(stage["name"] for stage in wire["stages"]):
        yield _structure(f"Stage names must be unique within a pipeline: '{name}' is used more than once")
    for stage in wire["stages"]:
        if not stage["actions"]:
            yield _stage(f"Stage '{stage['name']}' has no actions. Each stage must contain at least one action")
        if len(stage["actions"]) > _MAXIMUM_ACTIONS_OF_STAGE:
            yield _stage(f"Stage '{stage['name']}' has more than {_MAXIMUM_ACTIONS_OF_STAGE} actions")
    if sum(len(stage["actions"]) for stage in wire["stages"]) > _MAXIMUM_ACTIONS:
        yield _structure(f"Pipeline has more than {_MAXIMUM_ACTIONS} actions")


def _sources(wire: Wire, _region: str) -> Iterator[Problem]:
    for number, stage in enumerate(wire["stages"]):
        for action in stage["actions"]:
            is_source = action["actionTypeId"]["category"] == "Source"
            if number == 0 and not is_source:
                yield _structure(f"The first stage '{stage['name']}' must contain only source actions")
            if number > 0 and is_source:
                yield _structure(f"Source action '{action['name']}' must be in the first stage of the pipeline")


def _unique_names(wire: Wire, _region: str) -> Iterator[Problem]:
    for stage in wire["stages"]:
        for name in _repeated(action["name"] for action in stage["actions"]):
            yield _stage(f"Action names must be unique within stage '{stage['name']}': '{name}' is repeated")
    for namespace in _repeated(action["namespace"] for action in _actions(wire) if "namespace" in action):
        yield _structure(f"Namespaces must be unique within a pipeline: '{namespace}' is used more than once")
    for name in _repeated(variable["name"] for variable in wire.get("variables", [])):
        yield _structure(f"Pipeline variable names must be unique: '{name}' is used more than once")


def _version_two(wire: Wire, _region: str) -> Iterator[Problem]:
    if wire.get("pipelineType", "V1") == "V2":
        return
    if wire.get("executionMode", "SUPERSEDED") != "SUPERSEDED":
        yield _structure(f"Execution mode {wire['executionMode']} is only supported for pipelines of type V2")
    for feature in ("variables", "triggers"):
        if wire.get(feature):
            yield _structure(f"The {feature} of a pipeline are only supported for pipelines of type V2")
    for action in _actions(wire):
        kind = action["actionTypeId"]
        if (kind["category"], kind["owner"], kind["provider"]) == lambda_deploy.KEY:
            yield _action(f"The Lambda deploy action '{action['name']}' is only supported for pipelines of type V2")


def _stores(wire: Wire, region: str) -> Iterator[Problem]:
    if ("artifactStore" in wire) == ("artifactStores" in wire):
        yield _structure("Pipeline must have either an artifactStore or artifactStores, but not both")
    stores = declared_stores(wire, region)
    if region not in stores:
        yield _structure(f"Artifact store is missing for the pipeline's own region {region}")
    for action in _actions(wire):
        action_region = action.get("region", region)
        if action_region in stores:
            continue
        if "artifactStores" not in wire:
            yield _structure(f"Action '{action['name']}' runs in {action_region}: cross-region needs artifactStores")
        else:
            yield _structure(f"Artifact store is missing for region {action_region} of action '{action['name']}'")


def _artifacts(wire: Wire, _region: str) -> Iterator[Problem]:
    for name in _repeated(chain.from_iterable(_names(action, "outputArtifacts") for action in _actions(wire))):
        yield _action(f"Output artifact name must be unique within the pipeline: '{name}' is repeated")
    produced: set[str] = set()
    for group in _groups(wire):
        for action in group:
            for name in _names(action, "inputArtifacts"):
                if name not in produced:
                    yield _action(f"Input artifact '{name}' of action '{action['name']}' is not produced before it")
        produced.update(chain.from_iterable(_names(action, "outputArtifacts") for action in group))


def _each_action(wire: Wire, region: str) -> Iterator[Problem]:
    return chain.from_iterable(check_action(action, region) for action in _actions(wire))


_RULES: tuple[Callable[[Wire, str], Iterator[Problem]], ...] = (
    _stages,
    _sources,
    _unique_names,
    _version_two,
    check_conditions,
    _each_action,
    _stores,
    _artifacts,
)


def _actions(wire: Wire) -> Iterator[Wire]:
    return (action for stage in wire["stages"] for action in stage["actions"])


def _groups(wire: Wire) -> Iterator[list[Wire]]:
    """The actions that run at the same time, in the order of the run."""
    for stage in wire["stages"]:
        for order in sorted({action.get("runOrder", 1) for action in stage["actions"]}):
            yield [action for action in stage["actions"] if action.get("runOrder", 1) == order]


def _names(action: Wire, artifacts: str) -> Iterator[str]:
    return (artifact["name"] for artifact in action.get(artifacts, []))


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
