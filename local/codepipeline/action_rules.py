"""What CodePipeline demands of one action's declaration."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.codepipeline.actions.base import ActionKind
from local.codepipeline.actions.registry import REGISTRY
from local.codepipeline.problems import Problem
from local.regions import is_region


def check_action(action: Mapping[str, Any], pipeline_region: str) -> Iterator[Problem]:
    """What is wrong with an action of a pipeline in that region."""
    declared = action["actionTypeId"]
    kind = REGISTRY.get((declared["category"], declared["owner"], declared["provider"]))
    region = action.get("region", pipeline_region)
    if kind is None or kind.type.version != declared["version"] or not is_region(region):
        yield _problem(
            f"ActionType (Category: '{declared['category']}', Provider: '{declared['provider']}', Owner: "
            f"'{declared['owner']}', Version: '{declared['version']}') in action '{action['name']}' is not available "
            f"in region {region}"
        )
        return
    if "timeoutInMinutes" in action and declared["category"] != "Approval":
        yield _problem(f"Action '{action['name']}': timeoutInMinutes is only available for manual approvals")
    yield from _configuration(action, kind)
    yield from _artifact_count(action, "inputArtifacts", kind.inputs)
    yield from _artifact_count(action, "outputArtifacts", kind.outputs)


def _configuration(action: Mapping[str, Any], kind: ActionKind) -> Iterator[Problem]:
    keys = action.get("configuration", {}).keys()
    for missing in sorted(kind.required - keys):
        yield _problem(
            f"Action configuration for action '{action['name']}' is missing required configuration '{missing}'"
        )
    for unknown in sorted(keys - kind.required - kind.optional):
        yield _problem(f"Action configuration for action '{action['name']}' contains unknown configuration '{unknown}'")


def _artifact_count(action: Mapping[str, Any], artifacts: str, bounds: tuple[int, int]) -> Iterator[Problem]:
    count, (least, most) = len(action.get(artifacts, [])), bounds
    if not least <= count <= most:
        what = "input" if artifacts == "inputArtifacts" else "output"
        yield _problem(f"Action '{action['name']}' has {count} {what} artifacts; it must have {least} to {most}")


def _problem(message: str) -> Problem:
    return Problem("InvalidActionDeclarationException", message)
