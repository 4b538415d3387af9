"""The check ``codedeploy``: the deployment of this release succeeded on every target, and is what the group has now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, Outcome, PlannedCheck, gave_way
from crosscheck.contracts.parameters import matching, text
from crosscheck.contracts.service import DeployProvider
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.images import deployed
from crosscheck.pipelines.definition import PipelineDefinition
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.services.artifacts import files
from crosscheck.services.artifacts.directory import NotComparableError, difference, read_directory
from crosscheck.services.codedeploy import deployments, history, instances
from crosscheck.services.codedeploy.blue_green import IMAGE_ARTIFACTS, look_at_service, read_serving, serving_state
from crosscheck.services.codedeploy.deployments import (
    GroupDeployment,
    Target,
    read_deployment,
    read_group,
    read_last,
    read_newest,
    read_targets,
)
from crosscheck.services.codedeploy.history import is_way_back, newest_asked_for
from crosscheck.services.codedeploy.instances import gone_instances
from crosscheck.services.codedeploy.rules import JOINING, described, judge_deployment, judge_targets, status_counts
from crosscheck.services.codedeploy.state import GroupState, parse_group_state
from crosscheck.services.ecs import service

if TYPE_CHECKING:
    from mypy_boto3_codedeploy import CodeDeployClient

# https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_Diagnostics.html
FAILED_SCRIPTS = frozenset({"ScriptFailed", "ScriptMissing", "ScriptNotExecutable", "ScriptTimedOut"})
_ID = matching(r"d-[A-Z0-9]{9,}", "the id of a deployment, d-XXXXXXXXX")


class CodeDeploy(Check):
    """Looks at the deployment that the deploy action made, its targets, and with ECS the task set that serves.

    Asked for without a deploy action it looks at ``deployment``, else at the group's last attempted one; with
    ``undoes`` that has to be the one which takes back the deployment of that id. The proof of a rollback to ECS also
    has the parameter ``digests``, by container, which no plan gives.
    """

    kind = "codedeploy"
    reads_configuration = frozenset(IMAGE_ARTIFACTS)
    permissions = (
        deployments.PERMISSIONS
        | history.LIST_PERMISSIONS
        | instances.PERMISSIONS
        | service.PERMISSIONS
        | deployed.PERMISSIONS
        | files.PERMISSIONS
    )
    parameters = {
        "application": text(needed=True),
        "group": text(needed=True),
        "deployment": _ID,
        "undoes": _ID,
    }

    def same_state(self, one: str, other: str) -> bool:
        """A digest that only one of them tells is no difference."""
        return not parse_group_state(one).differs(parse_group_state(other))

    def in_words(self, state: str) -> str:
        """The revision."""
        return parse_group_state(state).revision

    def preflight(self, definition: PipelineDefinition) -> Iterable[PlannedCheck]:
        """What the groups run before a release, for rollback."""
        return (
            each
            for provider in (CodeDeployDeploy(), CodeDeployToEcsDeploy())
            for each in provider.baselines(definition)
        )

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once at the group, the deployment, its targets, and the service behind them."""
        client = aws.client("codedeploy", planned.region)
        application, group = planned.parameters["application"], planned.parameters["group"]
        if planned.baseline_only:
            return _before(planned, aws)
        newest_id = read_newest(client, application, group)
        if newest_id is None:
            return planned.finding(Verdict.FAIL, f"there is no deployment group {group} of application {application}")
        wanted = _wanted(planned, newest_id)
        if isinstance(wanted, Outcome):
            return planned.finding(wanted.verdict, wanted.reason)
        ours = read_deployment(client, wanted)
        if ours is None:
            return planned.finding(Verdict.FAIL, f"there is no deployment {wanted} in {planned.region}")
        undone = read_deployment(client, planned.parameters["undoes"]) if "undoes" in planned.parameters else None
        if undone:
            ours = newest_asked_for(client, undone, ours)
        last = read_last(client, ours, newest_id)
        newest = newest_asked_for(client, ours, last)
        return replace(_look(planned, ours, newest, undone, aws), warning=_outdated(ours, newest, last))


class CodeDeployDeploy(DeployProvider):
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeDeploy.html"""

    name = "CodeDeploy"
    check = CodeDeploy.kind
    keys = {"application": "ApplicationName", "group": "DeploymentGroupName"}


class CodeDeployToEcsDeploy(CodeDeployDeploy):
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html"""

    name = "CodeDeployToECS"


def _before(planned: PlannedCheck, aws: Clients) -> Finding:
    """What the group ran before a release: the revision that was last deployed to it with success."""
    client = aws.client("codedeploy", planned.region)
    found = read_group(client, planned.parameters["application"], planned.parameters["group"]) or {}
    last = found.get("lastSuccessfulDeployment", {}).get("deploymentId", "")
    deployment = read_deployment(client, last) if last else None
    if deployment is None:
        return planned.finding(Verdict.INCONCLUSIVE, "nothing was deployed to the group with success")
    seen = planned.finding(Verdict.PASS, f"{last} brought {deployment.revision.text}")
    return replace(seen, baselines={planned.subject: _state(planned, deployment, aws).text})


def _state(planned: PlannedCheck, last: GroupDeployment, aws: Clients) -> GroupState:
    targets = read_targets(aws.client("codedeploy", planned.region), last.id) if last.platform == "ECS" else ()
    serving = read_serving(aws.client("ecs", planned.region), targets[0]) if targets else None
    return serving_state(serving, last, targets) if serving else GroupState(last.revision.text)


def _wanted(planned: PlannedCheck, newest: str) -> str | Outcome:
    """The id of the deployment to look at, or why there is none."""
    if planned.run is None:
        named = planned.parameters.get("deployment") or newest
        return named or Outcome(Verdict.INCONCLUSIVE, "the group has had no deployment")
    if not planned.run.external:
        return Outcome(Verdict.INCONCLUSIVE, f"CodePipeline names no deployment of {planned.run.name}")
    return planned.run.external


def _look(
    planned: PlannedCheck, ours: GroupDeployment, newest: GroupDeployment, undone: GroupDeployment | None, aws: Clients
) -> Finding:
    values = {"deployment": ours.id, "status": ours.status, "revision": ours.revision.text}
    named = planned.parameters["application"], planned.parameters["group"]
    client, wanted = aws.client("codedeploy", planned.region), planned.parameters.get("undoes", "")
    taken_back = newest.id != ours.id and is_way_back(client, ours, newest)
    outcome = (_undoes(client, ours, wanted, undone) if wanted else None) or judge_deployment(
        ours, newest, *named, taken_back=taken_back
    )
    if outcome:
        found = planned.finding(outcome.verdict, outcome.reason)
    else:
        targets = read_targets(client, ours.id)
        values["targets"] = status_counts(targets)
        found = _targets(planned, ours, targets, aws)
    moved_on = outcome is not None and outcome.moved_on
    ran = {planned.subject: ours.revision.text}
    return replace(found, values={**values, **found.values}, moved_on=moved_on, baselines={**ran, **found.baselines})


def _outdated(ours: GroupDeployment, newest: GroupDeployment, last: GroupDeployment) -> str:
    """What instances run that joined while ours was under way, until CodeDeploy brings them up to date, if it does."""
    joined = last.creator in JOINING and last.created >= ours.created and last.status == "Succeeded"
    if not joined or newest.id != ours.id or last.revision.text == ours.revision.text:
        return ""
    return f"instances that joined meanwhile run {last.revision.text} ({last.id})"


def _undoes(
    client: CodeDeployClient, newest: GroupDeployment, wanted: str, undone: GroupDeployment | None
) -> Outcome | None:
    """Why the newest deployment does not take the one of the wanted id back; None if it does."""
    if undone and is_way_back(client, undone, newest):
        return None
    if newest.id == wanted:
        reason = f"{wanted} is {newest.status}; the deployment that takes it back is yet to begin"
        return Outcome(Verdict.PENDING, reason)
    return gave_way(f"{newest.id} ({newest.status}) came after {wanted}")


def _targets(planned: PlannedCheck, ours: GroupDeployment, targets: Sequence[Target], aws: Clients) -> Finding:
    match ours.platform:
        case "Server":
            outcome = _fleet(planned, ours, targets, aws)
        case "ECS" if broken := judge_targets(targets):
            outcome = broken
        case "ECS":
            return look_at_service(planned, ours, targets, aws)
        case platform:
            outcome = Outcome(Verdict.INCONCLUSIVE, f"this version has no check for CodeDeploy on {platform}")
    return planned.finding(outcome.verdict, outcome.reason)


def _fleet(planned: PlannedCheck, ours: GroupDeployment, targets: Sequence[Target], aws: Clients) -> Outcome:
    revision = judge_revision(ours, planned.run, planned.region, aws)
    if revision and revision.verdict is Verdict.FAIL:
        return revision
    gone = _gone(targets, planned.region, aws)
    remark = f"; terminated: {', '.join(map(described, gone))}" if gone else ""
    passed = Outcome(Verdict.PASS, f"{status_counts(targets)} in {ours.id}{remark}")
    return judge_targets([target for target in targets if target not in gone]) or revision or passed


def _gone(targets: Sequence[Target], region: str, aws: Clients) -> list[Target]:
    """Those that did not succeed and are not in the fleet any more: CodeDeploy did without them, and so does it now.

    Where a script of the release failed, the release did, however soon the instance was terminated for it.
    """
    unfinished = [target for target in targets if target.status != "Succeeded" and target.error not in FAILED_SCRIPTS]
    if not unfinished:
        return []
    gone = gone_instances(aws.client("ec2", region), [target.id for target in unfinished])
    return [target for target in unfinished if target.id in gone]


def judge_revision(ours: GroupDeployment, run: ActionRun | None, region: str, aws: Clients) -> Outcome | None:
    """What is wrong with what was deployed; None if it is the artifact, or if no run is known.

    Only of the platform Server: what is deployed to ECS is an AppSpec that CodePipeline makes of templates.

    Raises:
        ClientError, BotoCoreError: S3 or KMS refused otherwise than by denying, or did not answer.
    """
    if run is None:
        return None
    if not run.inputs:
        return Outcome(Verdict.INCONCLUSIVE, f"CodePipeline names no input artifact of {run.name}")
    deployed = ours.revision.stored
    if deployed in run.inputs.values():
        return None
    meant = min(run.inputs.values(), key=lambda artifact: (artifact.bucket, artifact.key))
    other = f"{ours.id} deployed {ours.revision.text}, not the action's s3://{meant.bucket}/{meant.key}"
    if deployed is None:
        return Outcome(Verdict.FAIL, other)
    return _compare(deployed, meant, other, region, aws)


def _compare(deployed: Artifact, meant: Artifact, other: str, region: str, aws: Clients) -> Outcome | None:
    client = aws.client("s3", region)
    try:
        differs = difference(read_directory(client, deployed, region), read_directory(client, meant, region))
    except NotComparableError as error:
        return Outcome(Verdict.INCONCLUSIVE, f"{other}, and the two were not compared: {error}")
    return Outcome(Verdict.FAIL, f"{other}: {differs}") if differs else None
