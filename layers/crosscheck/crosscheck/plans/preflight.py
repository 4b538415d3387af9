"""What to look at when an execution starts: whatever of its definition would break it in some region."""

from collections.abc import Iterator, Mapping

from crosscheck.contracts.check import PlannedCheck
from crosscheck.pipelines.definition import VARIABLE, ActionDefinition, PipelineDefinition
from crosscheck.preflight import LAMBDA_ALIAS
from crosscheck.services.codepipeline.artifact_store import ArtifactStore
from crosscheck.services.ecs.image_replication import ImageReplication
from crosscheck.services.s3.source_bucket import SourceBucket


def plan_preflight(definition: PipelineDefinition) -> tuple[PlannedCheck, ...]:
    """The checks, each in its region and each once: the store of every region in which an action runs, every S3 source,
    the images of every ECS service, and for rollback what the aliases of deployed functions serve.

    Actions that run in another account are looked at as far as this account can see: their stores are.
    """
    checks = [
        *_stores(definition),
        *(check for action in definition.actions for check in _of_action(action, definition)),
    ]
    return tuple({check.key: check for check in checks}.values())


def _stores(definition: PipelineDefinition) -> Iterator[PlannedCheck]:
    regions = {definition.region} | {action.region for action in definition.actions}
    for region in sorted(regions):
        store = definition.stores.get(region)
        if store is None:
            yield PlannedCheck(ArtifactStore.kind, region, {})
        else:
            told = {"bucket": store.bucket, "key": store.key, "foreign": _foreign(definition, region)}
            yield PlannedCheck(ArtifactStore.kind, region, _told(told))


def _foreign(definition: PipelineDefinition, region: str) -> str:
    """Another account whose actions use the region's store, empty where there is none."""
    accounts = {action.account for action in definition.actions if action.region == region and action.account}
    return min(accounts - {definition.account}, default="") if definition.account else ""


def _of_action(action: ActionDefinition, definition: PipelineDefinition) -> Iterator[PlannedCheck]:
    if action.owner != "AWS":
        return
    match action.category, action.provider:
        case "Source", "S3":
            yield _source(action)
        case "Deploy", "ECS":
            told = _told({"cluster": _of(action, "ClusterName") or "default", "service": _of(action, "ServiceName")})
            yield _images(action, told, definition.account)
        case "Deploy", "CodeDeployToECS":
            told = _told({"application": _of(action, "ApplicationName"), "group": _of(action, "DeploymentGroupName")})
            yield _images(action, told, definition.account)
        case "Deploy", "Lambda":
            yield from _alias(action, definition.account)


def _source(action: ActionDefinition) -> PlannedCheck:
    overridden = action.configuration.get("AllowOverrideForS3ObjectKey", "").lower() == "true"
    key = "" if overridden else _of(action, "S3ObjectKey")
    return PlannedCheck(SourceBucket.kind, action.region, _told({"bucket": _of(action, "S3Bucket"), "key": key}))


def _images(action: ActionDefinition, told: Mapping[str, str], account: str) -> PlannedCheck:
    gap = ""
    if _elsewhere(action, account):
        gap = f"action {action.name} deploys to account {action.account}: where it pulls from is not visible from here"
    elif _varies(told):
        gap = f"action {action.name} names its service by a variable: where it pulls from is known once it runs"
    return PlannedCheck(ImageReplication.kind, action.region, told, unsupported=gap)


def _alias(action: ActionDefinition, account: str) -> Iterator[PlannedCheck]:
    """Nothing for an action without an alias, which leaves nothing that could be put back."""
    told = {"function": _of(action, "FunctionName"), "alias": _of(action, "FunctionAlias")}
    if all(told.values()) and not _varies(told) and not _elsewhere(action, account):
        yield PlannedCheck(LAMBDA_ALIAS, action.region, told)


def _elsewhere(action: ActionDefinition, account: str) -> bool:
    return bool(account and action.account and action.account != account)


def _varies(told: Mapping[str, str]) -> bool:
    return any(VARIABLE in value for value in told.values())


def _of(action: ActionDefinition, key: str) -> str:
    return action.configuration.get(key, "")


def _told(values: Mapping[str, str]) -> Mapping[str, str]:
    """What is not empty."""
    return {name: value for name, value in values.items() if value}
