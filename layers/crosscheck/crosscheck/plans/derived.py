"""The check that follows from a deploy action: its provider says what is looked at, its configuration where."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from crosscheck.contracts.check import PlannedCheck
from crosscheck.pipelines.definition import ActionDefinition
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.artifacts.parity_check import SourceParity

# https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html: makes a change set and
# brings nothing into service
_NOTHING_DEPLOYED = "CHANGE_SET_REPLACE"
# https://docs.aws.amazon.com/codepipeline/latest/userguide/tutorials-s3deploy.html: the action writes the time there
_TIME_OF_UPLOAD = "{datetime}"


@dataclass(frozen=True)
class _Provider:
    """What is looked at: a check's kind, and the configuration key for each of its parameters."""

    kind: str
    keys: Mapping[str, str]
    defaults: Mapping[str, str] = field(default_factory=dict)


_CODEDEPLOY = _Provider("codedeploy", {"application": "ApplicationName", "group": "DeploymentGroupName"})
_PROVIDERS: Mapping[str, _Provider] = {
    "ECS": _Provider("ecs-service", {"cluster": "ClusterName", "service": "ServiceName"}, {"cluster": "default"}),
    "CodeDeploy": _CODEDEPLOY,
    "CodeDeployToECS": _CODEDEPLOY,
    "CloudFormation": _Provider("cloudformation-stack", {"stack": "StackName"}),
    "Lambda": _Provider("lambda-alias", {"function": "FunctionName", "alias": "FunctionAlias"}),
    "S3": _Provider("s3-object", {"bucket": "BucketName", "key": "ObjectKey"}),
}


def derive(action: ActionDefinition, run: ActionRun | None, account: str) -> PlannedCheck | None:
    """The check of a deploy action, with a gap where this version cannot look; None where nothing is deployed.

    ``run`` is its latest run in the execution, whose configuration has its variables resolved; ``account`` is the
    pipeline's, empty where unknown.
    """
    given = run.configuration if run and run.configuration else action.configuration
    provider = _PROVIDERS.get(action.provider)
    if action.provider == "CloudFormation" and given.get("ActionMode") == _NOTHING_DEPLOYED:
        return None
    if provider is None:
        gap = f"no check for provider {action.provider} in this version (action {action.name})"
        return PlannedCheck(action.provider, action.region, {"action": action.name}, run, gap)
    parameters = {key: given.get(name) or provider.defaults.get(key, "") for key, name in provider.keys.items()}
    gap = _unknown(action, run, account) or _missing(action, provider, parameters, given)
    return PlannedCheck(provider.kind, action.region, parameters, run, gap)


def derive_parity(
    action: ActionDefinition, run: ActionRun | None, runs: Iterable[ActionRun], home_region: str
) -> Iterator[PlannedCheck]:
    """For each artifact that a deploy action got straight from a source: that its region was given the same.

    ``runs`` are those of the whole execution; ``home_region`` hosts the pipeline, and so all its sources: they cannot
    be cross-region actions.
    """
    sources = {name: each for each in runs if not each.inputs for name in each.produced}
    for name, copy in run.inputs.items() if run else ():
        if name in sources:
            source, given = sources[name], sources[name].produced[name]
            told = {
                **({"revision": source.external} if source.external else {}),
                "artifact": name,
                "bucket": copy.bucket,
                "key": copy.key,
                "source_region": home_region,
                "source_bucket": given.bucket,
                "source_key": given.key,
            }
            # Without the run: what an action was given is known of one that failed as well, and is not what goes back.
            yield PlannedCheck(SourceParity.kind, action.region, told)


def _unknown(action: ActionDefinition, run: ActionRun | None, account: str) -> str:
    if run is None:
        return f"action {action.name} has not run in this execution"
    if account and run.account and run.account != account:
        return f"action {action.name} deploys to account {run.account}: no check across accounts in this version"
    return ""


def _missing(
    action: ActionDefinition, provider: _Provider, parameters: Mapping[str, str], given: Mapping[str, str]
) -> str:
    if action.provider == "S3" and given.get("Extract", "").lower() == "true":
        return f"action {action.name} extracts an archive: no single object can be looked at"
    if action.provider == "S3" and _TIME_OF_UPLOAD in parameters["key"]:
        return f"action {action.name} names its object by the time, {_TIME_OF_UPLOAD}: which key it wrote is unknown"
    missing = [provider.keys[key] for key, value in parameters.items() if not value]
    return f"action {action.name} has no {missing[0]}" if missing else ""
