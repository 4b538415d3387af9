"""The way back through CodeDeploy: stop what still runs, with its rollback, or deploy the last good revision again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, RollbackProposal, RollbackStarted, SupersededError
from crosscheck.services.codedeploy.check import CodeDeploy
from crosscheck.services.codedeploy.deployments import GroupDeployment, read_deployment, read_newest
from crosscheck.services.codedeploy.history import NoWayBackError, content, deployed_since, last_good, whole_revision
from crosscheck.services.codedeploy.rules import ACTIVE, MARKER, took_over

if TYPE_CHECKING:
    from mypy_boto3_codedeploy import CodeDeployClient
    from mypy_boto3_codedeploy.type_defs import CreateDeploymentInputTypeDef, RevisionLocationTypeDef

# The key of ``WayBack.seen``: the last good deployment before the run's.
GOOD = "good"
_TASK_DEFINITION = re.compile(r"TaskDefinition[\"']?\s*:\s*[\"']?[^\s\"',}]*?(?P<revision>[\w-]+:\d+)(?![\w:/-])")


@dataclass(frozen=True)
class _Plan:
    """A way back that can be begun, with what it takes: ``revision`` is None where ours is to be stopped."""

    way: RollbackProposal
    ours: GroupDeployment
    revision: RevisionLocationTypeDef | None = None


class CodeDeployRollback:
    """A deployment that takes another one back carries ``crosscheck:<the other one's id>`` as its description, by which
    a later look finds it. A group runs one deployment at a time, so that there are never two of them."""

    kind = CodeDeploy.kind

    def propose(self, planned: PlannedCheck, baseline: Mapping[str, str], aws: Clients) -> RollbackProposal:  # noqa: ARG002 - other services need it
        """Read the group, the run's deployment, the newest one, and the last good one before it."""
        found = _read(planned, aws.codedeploy(planned.region))
        return found.way if isinstance(found, _Plan) else found

    def execute(self, planned: PlannedCheck, way: RollbackProposal, aws: Clients) -> RollbackStarted:
        """Stop the deployment, or make the one that takes it back, unless either has been done already.

        What CodeDeploy refuses because something changed between reading and acting is read, and tried, once more.
        """
        client = aws.codedeploy(planned.region)
        raced = (
            client.exceptions.DeploymentAlreadyCompletedException,
            client.exceptions.DeploymentLimitExceededException,
        )
        try:
            return _begin(planned, way, client)
        except raced:
            return _begin(planned, way, client)


def _begin(planned: PlannedCheck, way: RollbackProposal, client: CodeDeployClient) -> RollbackStarted:
    now = _read(planned, client)
    if isinstance(now, RollbackProposal):
        if now.proof is None:
            raise SupersededError(now.reason)
        return RollbackStarted(now.reason, now.proof)
    if now.way.seen[GOOD] != way.seen.get(GOOD):
        raise SupersededError(f"the last good deployment is {now.way.seen[GOOD]}, another one than was proposed")
    return _stop(client, planned, now.ours) if now.revision is None else _deploy(client, planned, now, now.revision)


def _read(planned: PlannedCheck, client: CodeDeployClient) -> RollbackProposal | _Plan:
    ours = read_deployment(client, planned.run.external) if planned.run and planned.run.external else None
    if ours is None:
        return _unnamed(planned, client)
    newest_id = read_newest(client, ours.application, ours.group)
    if newest_id is None:
        return RollbackProposal(Feasibility.MANUAL, f"there is no deployment group {ours.group} any more")
    newest = read_deployment(client, newest_id) if newest_id not in {"", ours.id} else None
    if newest and took_over(ours, newest):
        return _taken_over(planned, ours, newest)
    try:
        return _ready(client, planned, ours)
    except NoWayBackError as error:
        return RollbackProposal(Feasibility.MANUAL, str(error))


def _unnamed(planned: PlannedCheck, client: CodeDeployClient) -> RollbackProposal:
    """An action that failed and names no deployment has made none, unless the group has had one since it started."""
    unknown = RollbackProposal(
        Feasibility.MANUAL, "CodePipeline names no deployment of the action, or CodeDeploy has it no more"
    )
    run = planned.run
    if run is None or run.external or run.status != "Failed":
        return unknown
    application, group = planned.parameters["application"], planned.parameters["group"]
    newest = read_newest(client, application, group)
    if newest is None:
        return RollbackProposal(Feasibility.MANUAL, f"there is no deployment group {group} any more")
    if deployed_since(client, application, group, run.started):
        return unknown
    last = f"the last deployment of {group} is {newest} as before" if newest else f"{group} has had no deployment"
    return RollbackProposal(Feasibility.ALREADY_BACK, f"{run.name} deployed nothing: {last}", newest)


def _taken_over(planned: PlannedCheck, ours: GroupDeployment, newest: GroupDeployment) -> RollbackProposal:
    """How the group stands where another deployment came after ours."""
    proof = _proof(planned, ours, deployment=newest.id)
    told = f"{newest.id} ({newest.status})"
    if newest.description == f"{MARKER}{ours.id}":
        return RollbackProposal(
            Feasibility.READY, f"{told} takes {ours.id} back already", newest.id, proof=proof, keeps=ours.keeps
        )
    if newest.undoes != ours.id:
        return RollbackProposal(Feasibility.SUPERSEDED, f"{told} came after {ours.id}")
    if newest.status in {"Failed", "Stopped"}:
        return RollbackProposal(Feasibility.MANUAL, f"CodeDeploy's own rollback of {ours.id} did not work: {told}")
    return RollbackProposal(
        Feasibility.ALREADY_BACK, f"CodeDeploy rolled back {ours.id}: {told}", newest.id, proof=proof
    )


def _ready(client: CodeDeployClient, planned: PlannedCheck, ours: GroupDeployment) -> _Plan:
    good = last_good(client, ours)
    if good is None:
        raise NoWayBackError(f"nothing to go back to: no other revision of {ours.group} succeeded before {ours.id}")
    proof, seen = _proof(planned, ours, undoes=ours.id), {GOOD: good.id}
    if ours.status in ACTIVE:
        reason = f"{ours.id} is {ours.status}: it can be stopped, with a rollback"
        return _Plan(RollbackProposal(Feasibility.READY, reason, good.id, seen, proof, ours.keeps), ours)
    revision = whole_revision(client, good)
    reason = f"{ours.id} is {ours.status}, and {good.id} had succeeded before it"
    return _Plan(
        RollbackProposal(Feasibility.READY, reason, _target(good, revision), seen, proof, ours.keeps), ours, revision
    )


def _target(good: GroupDeployment, revision: RevisionLocationTypeDef) -> str:
    """What is deployed again, for people: the task definition that an AppSpec names, else where the revision lies."""
    named = _TASK_DEFINITION.search(content(revision))
    return named["revision"] if named else good.revision.text


def _stop(client: CodeDeployClient, planned: PlannedCheck, ours: GroupDeployment) -> RollbackStarted:
    """The rollback begins once the targets have come to an end, so that its id may not be known yet."""
    client.stop_deployment(deploymentId=ours.id, autoRollbackEnabled=True)
    stopped = read_deployment(client, ours.id)
    if stopped and stopped.rolled_back_by:
        proof = _proof(planned, ours, deployment=stopped.rolled_back_by)
        return RollbackStarted(f"stopped {ours.id}; {stopped.rolled_back_by} rolls it back", proof)
    return RollbackStarted(f"stopped {ours.id}, with a rollback", _proof(planned, ours, undoes=ours.id))


def _deploy(
    client: CodeDeployClient, planned: PlannedCheck, now: _Plan, revision: RevisionLocationTypeDef
) -> RollbackStarted:
    made = client.create_deployment(**_request(now.ours, revision))["deploymentId"]
    return RollbackStarted(f"deployed {now.way.target} again: {made}", _proof(planned, now.ours, deployment=made))


def _request(ours: GroupDeployment, revision: RevisionLocationTypeDef) -> CreateDeploymentInputTypeDef:
    """The configuration is the group's; alarms that ours may have set off do not hold the way back up, as
    CreateDeployment's documentation advises, and its failure does not bring ours back."""
    request: CreateDeploymentInputTypeDef = {
        "applicationName": ours.application,
        "deploymentGroupName": ours.group,
        "revision": revision,
        "description": f"{MARKER}{ours.id}",
        "autoRollbackConfiguration": {"enabled": False},
        "overrideAlarmConfiguration": {"enabled": False, "alarms": []},  # no list at all may be refused
    }
    if ours.ignores_stop_failures:
        request["ignoreApplicationStopFailures"] = True
    if ours.file_exists and ours.platform == "Server":
        request["fileExistsBehavior"] = ours.file_exists
    return request


def _proof(planned: PlannedCheck, ours: GroupDeployment, **named: str) -> PlannedCheck:
    parameters = {"application": ours.application, "group": ours.group, **named}
    return PlannedCheck(CodeDeploy.kind, planned.region, parameters)
