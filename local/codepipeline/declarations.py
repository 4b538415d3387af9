"""A pipeline's structure, as it was declared."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from local.codepipeline.partitions import partition_of


class ExecutionMode(StrEnum):
    """How executions of one pipeline get along."""

    QUEUED = "QUEUED"
    SUPERSEDED = "SUPERSEDED"
    PARALLEL = "PARALLEL"


@dataclass(frozen=True)
class ActionType:
    """CodePipeline's actionTypeId."""

    category: str
    owner: str
    provider: str
    version: str

    @property
    def wire(self) -> dict[str, str]:
        """As the API and the events write it."""
        return {
            "category": self.category,
            "owner": self.owner,
            "provider": self.provider,
            "version": self.version,
        }


@dataclass(frozen=True)
class Action:
    """An action. ``region`` is where it runs: its own, or the pipeline's."""

    name: str
    type: ActionType
    run_order: int
    configuration: Mapping[str, str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    region: str
    role_arn: str | None = None
    namespace: str | None = None


@dataclass(frozen=True)
class Stage:
    """A stage."""

    name: str
    actions: tuple[Action, ...]

    @property
    def run_orders(self) -> list[tuple[Action, ...]]:
        """The actions in groups that run in parallel, the groups in the order that they run in."""
        orders = sorted({action.run_order for action in self.actions})
        return [tuple(action for action in self.actions if action.run_order == order) for order in orders]


@dataclass(frozen=True)
class ArtifactStore:
    """A bucket for artifacts, in the region of its actions. ``key_id`` is a KMS key's id, ARN or alias."""

    bucket: str
    key_id: str | None


@dataclass(frozen=True)
class Pipeline:
    """One version of a pipeline. ``wire`` is the declaration as GetPipeline gives it."""

    account: str
    region: str
    name: str
    version: int
    role_arn: str
    mode: ExecutionMode
    stages: tuple[Stage, ...]
    stores: Mapping[str, ArtifactStore]
    wire: Mapping[str, Any]

    @property
    def arn(self) -> str:
        """The pipeline's ARN."""
        return f"arn:{partition_of(self.region)}:codepipeline:{self.region}:{self.account}:{self.name}"

    @property
    def actions(self) -> Iterator[tuple[Stage, Action]]:
        """Every action with its stage."""
        return ((stage, action) for stage in self.stages for action in stage.actions)


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
            Stage(stage["name"], tuple(_action(action, region) for action in stage["actions"]))
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
    )


def _store(wire: Mapping[str, Any]) -> ArtifactStore:
    return ArtifactStore(wire["location"], wire.get("encryptionKey", {}).get("id"))
