"""From a PipelineDeclaration that passed the rules to what the engine runs."""

import copy
from collections.abc import Mapping
from typing import Any

from local.codepipeline.condition_state import ConditionType
from local.codepipeline.conditions import MEMBERS, Condition, Result, RetryMode, result_of, rules_of
from local.codepipeline.declarations import RULE, Action, ActionType, ArtifactStore, ExecutionMode, Pipeline, Stage


def parse_pipeline(wire: Mapping[str, Any], account: str, region: str, version: int) -> Pipeline:
    """The pipeline that a valid PipelineDeclaration declares, with CodePipeline's defaults filled in."""
    declared = _with_defaults(wire, version)
    return Pipeline(
        account=account,
        region=region,
        name=declared["name"],
        version=version,
        role_arn=declared["roleArn"],
        mode=ExecutionMode(declared["executionMode"]),
        stages=tuple(
            Stage(
                stage["name"], tuple(_action(action, region) for action in stage["actions"]), _conditions(stage, region)
            )
            for stage in declared["stages"]
        ),
        stores={store_region: _store(store) for store_region, store in declared_stores(declared, region).items()},
        wire=declared,
    )


def declared_stores(wire: Mapping[str, Any], region: str) -> Mapping[str, Any]:
    """The artifact stores by region, whichever way they are declared."""
    if "artifactStores" in wire:
        stores: Mapping[str, Any] = wire["artifactStores"]
        return stores
    return {region: wire["artifactStore"]} if "artifactStore" in wire else {}


def _with_defaults(wire: Mapping[str, Any], version: int) -> dict[str, Any]:
    declared = copy.deepcopy(dict(wire))
    declared["version"] = version
    declared.setdefault("executionMode", ExecutionMode.SUPERSEDED.value)
    declared.setdefault("pipelineType", "V1")
    for stage in declared["stages"]:
        for action in stage["actions"]:
            action.setdefault("runOrder", 1)
            for name, empty in (("configuration", dict), ("inputArtifacts", list), ("outputArtifacts", list)):
                action.setdefault(name, empty())
    return declared


def _action(wire: Mapping[str, Any], pipeline_region: str) -> Action:
    kind = wire["actionTypeId"]
    return Action(
        name=wire["name"],
        type=ActionType(kind["category"], kind["owner"], kind["provider"], kind["version"]),
        run_order=wire["runOrder"],
        configuration=wire["configuration"],
        inputs=tuple(artifact["name"] for artifact in wire["inputArtifacts"]),
        outputs=tuple(artifact["name"] for artifact in wire["outputArtifacts"]),
        region=wire.get("region") or pipeline_region,
        role_arn=wire.get("roleArn"),
        namespace=wire.get("namespace"),
        timeout_minutes=wire.get("timeoutInMinutes"),
    )


def _conditions(stage: Mapping[str, Any], region: str) -> Mapping[ConditionType, Condition[Action]]:
    return {kind: _condition(kind, stage[member], region) for member, kind in MEMBERS.items() if member in stage}


def _condition(kind: ConditionType, wire: Mapping[str, Any], region: str) -> Condition[Action]:
    retry = wire.get("retryConfiguration", {}).get("retryMode", RetryMode.FAILED_ACTIONS)
    rules = tuple(_rule(rule, region) for rule in rules_of(wire))
    return Condition(kind, Result(result_of(wire) or Result.FAIL), rules, RetryMode(retry))


def _rule(wire: Mapping[str, Any], region: str) -> Action:
    kind = wire["ruleTypeId"]
    return Action(
        name=wire["name"],
        type=ActionType(RULE, kind.get("owner", "AWS"), kind["provider"], kind.get("version", "1")),
        run_order=1,
        configuration=wire.get("configuration", {}),
        inputs=tuple(artifact["name"] for artifact in wire.get("inputArtifacts", [])),
        outputs=(),
        region=wire.get("region") or region,
        role_arn=wire.get("roleArn"),
        timeout_minutes=wire.get("timeoutInMinutes"),
    )


def _store(wire: Mapping[str, Any]) -> ArtifactStore:
    return ArtifactStore(wire["location"], wire.get("encryptionKey", {}).get("id"))
