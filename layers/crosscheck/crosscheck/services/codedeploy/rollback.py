"""The way back through CodeDeploy: stop what still runs, with its rollback, or deploy the proven revision again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import (
    NOTHING_ELSE_PROVEN,
    NOTHING_PROVEN,
    Feasibility,
    Rollback,
    RollbackProposal,
    RollbackStarted,
)
from crosscheck.services.codedeploy.check import CodeDeploy
from crosscheck.services.codedeploy.deployments import GroupDeployment, read_deployment, read_last, read_newest
from crosscheck.services.codedeploy.history import (
    HISTORY_PERMISSIONS,
    NoWayBackError,
    between,
    deployed_since,
    last_good,
    newest_asked_for,
    whole_revision,
)
from crosscheck.services.codedeploy.images import keeps_original, other_images, task_definition
from crosscheck.services.codedeploy.rules import ACTIVE, MARKER, took_over
from crosscheck.services.codedeploy.state import UNKNOWN, GroupState, parse_group_state

if TYPE_CHECKING:
    from mypy_boto3_codedeploy import CodeDeployClient
    from mypy_boto3_codedeploy.type_defs import CreateDeploymentInputTypeDef, RevisionLocationTypeDef


@dataclass(frozen=True)
class CodeDeployProposal(RollbackProposal):
    """``ours`` is the deployment to take back. ``revision`` is what is deployed again; None if ours is to be stopped.
    ``running`` is the deployment that takes ours back already, empty if none does. ``newest`` is the group's last one
    that somebody asked for, ``proven`` what the group is to run again.
    """

    ours: GroupDeployment | None = None
    revision: RevisionLocationTypeDef | None = None
    running: str = ""
    newest: str = ""
    proven: GroupState = field(default=UNKNOWN)


class CodeDeployRollback(Rollback[PlannedCheck, CodeDeployProposal]):
    """A deployment that takes another one back carries ``crosscheck:<the other one's id>`` as its description, by which
    a later look finds it. A group runs one deployment at a time, so that there are never two of them."""

    permissions = frozenset(
        {
            "codedeploy:CreateDeployment",
            "codedeploy:GetDeploymentConfig",
            "codedeploy:RegisterApplicationRevision",
            "codedeploy:StopDeployment",
            "codedeploy:UpdateDeploymentGroup",
        }
    )
    reads = HISTORY_PERMISSIONS

    def propose(self, target: PlannedCheck, baseline: str, aws: Clients) -> CodeDeployProposal:
        """Read the group, the run's deployment, the newest one, and the one that brought the revision to go back to.
        The baseline is the text of a ``GroupState`` with that revision."""
        client, run, proven = aws.client("codedeploy", target.region), target.deployed, parse_group_state(baseline)
        ours = read_deployment(client, run.external) if run.external else None
        if ours is None:
            return _unnamed(target, client)
        if (ours.application, ours.group) != (target.parameters["application"], target.parameters["group"]):
            return CodeDeployProposal(Feasibility.MANUAL, _of_another_group(target, ours))
        newest = _newest(client, ours)
        if newest is None:
            return CodeDeployProposal(Feasibility.MANUAL, f"there is no deployment group {ours.group} any more")
        if took_over(ours, newest) and not _back_to_another(ours, newest, proven.revision):
            return _taken_over(target, ours, newest, proven)
        try:
            return replace(_ready(aws, target, ours, proven), newest=newest.id)
        except NoWayBackError as error:
            return CodeDeployProposal(Feasibility.MANUAL, str(error))

    def act(self, target: PlannedCheck, proposal: CodeDeployProposal, aws: Clients) -> RollbackStarted:
        """Stop the deployment, or make the one that takes it back, unless either has been done already."""
        client, ours = aws.client("codedeploy", target.region), proposal.ours
        if ours is None or proposal.running:
            return RollbackStarted(proposal.reason, proposal.verified)
        if proposal.revision is None:
            return _stop(client, target, ours, proposal.proven)
        made = client.create_deployment(**_request(ours, proposal.revision))["deploymentId"]
        verification = _verification(target, ours, proposal.proven, deployment=made)
        return RollbackStarted(f"deployed {proposal.target} again: {made}", verification)

    def changed(self, target: PlannedCheck, proposal: CodeDeployProposal, aws: Clients) -> str:
        """Whether the group has had another deployment. One that is stopped is named to CodeDeploy, which stops no
        other."""
        if proposal.ours is None or proposal.revision is None:
            return ""
        newest = _newest(aws.client("codedeploy", target.region), proposal.ours)
        if newest is None:
            return f"there is no deployment group {proposal.ours.group} any more"
        return "" if newest.id == proposal.newest else f"{newest.id} came after {proposal.ours.id}"

    def replaced(
        self, target: PlannedCheck, proposal: CodeDeployProposal, started: RollbackStarted, aws: Clients
    ) -> str:
        """The deployments between ours and the one that takes it back."""
        ours, made = proposal.ours, started.verification.parameters.get("deployment", "")
        if ours is None or not made:
            return ""
        others = between(aws.client("codedeploy", target.region), ours, made)
        named = ", ".join(f"{each.id} of {each.revision.text}" for each in others)
        return f"{named}, deployed by somebody else: deploy that revision to {ours.group} again" if named else ""

    def races(self, target: PlannedCheck, aws: Clients) -> tuple[type[Exception], ...]:
        """Ours ended, or another deployment began, between reading and acting."""
        refusals = aws.client("codedeploy", target.region).exceptions
        return (refusals.DeploymentAlreadyCompletedException, refusals.DeploymentLimitExceededException)


def _newest(client: CodeDeployClient, ours: GroupDeployment) -> GroupDeployment | None:
    """The group's newest deployment that somebody asked for; None where the group is gone."""
    newest = read_newest(client, ours.application, ours.group)
    if newest is None:
        return None
    return newest_asked_for(client, ours, read_last(client, ours, newest))


def _of_another_group(planned: PlannedCheck, named: GroupDeployment) -> str:
    own = f"{planned.parameters['group']} of {planned.parameters['application']}"
    return f"CodePipeline names {named.id}, which is a deployment to {named.group} of {named.application}, not to {own}"


def _unnamed(planned: PlannedCheck, client: CodeDeployClient) -> CodeDeployProposal:
    """An action that failed and names no deployment has made none, unless the group has had one since it started."""
    reason = "CodePipeline names no deployment of the action, or CodeDeploy has it no more"
    unknown = CodeDeployProposal(Feasibility.MANUAL, reason)
    run = planned.run
    if run is None or run.external or run.status != "Failed":
        return unknown
    application, group = planned.parameters["application"], planned.parameters["group"]
    newest = read_newest(client, application, group)
    if newest is None:
        return CodeDeployProposal(Feasibility.MANUAL, f"there is no deployment group {group} any more")
    if deployed_since(client, application, group, run.started):
        return unknown
    last = f"the last deployment of {group} is {newest} as before" if newest else f"{group} has had no deployment"
    return CodeDeployProposal(Feasibility.ALREADY_BACK, f"{run.name} deployed nothing: {last}", newest)


def _taken_over(
    planned: PlannedCheck, ours: GroupDeployment, newest: GroupDeployment, proven: GroupState
) -> CodeDeployProposal:
    """How the group stands where another deployment came after ours. Anybody may describe theirs as the one that takes
    ours back: it is one only with the proven revision."""
    verification = _verification(planned, ours, proven, deployment=newest.id)
    label = f"{newest.id} ({newest.status})"
    if newest.description == f"{MARKER}{ours.id}" and newest.revision.text == proven.revision:
        return CodeDeployProposal(
            Feasibility.READY,
            f"{label} takes {ours.id} back already",
            target=newest.id,
            verification=verification,
            settle_seconds=ours.keeps,
            ours=ours,
            running=newest.id,
        )
    if newest.undoes != ours.id:
        return CodeDeployProposal(Feasibility.SUPERSEDED, f"{label} came after {ours.id}")
    if newest.status in {"Failed", "Stopped"}:
        return CodeDeployProposal(Feasibility.MANUAL, f"CodeDeploy's own rollback of {ours.id} did not work: {label}")
    return CodeDeployProposal(
        Feasibility.ALREADY_BACK, f"CodeDeploy rolled back {ours.id}: {label}", newest.id, verification=verification
    )


def _back_to_another(ours: GroupDeployment, newest: GroupDeployment, proven: str) -> bool:
    """Whether CodeDeploy has rolled ours back by itself, to its own last success, and that is not what was proven."""
    return newest.undoes == ours.id and newest.status == "Succeeded" and proven not in {"", newest.revision.text}


def _ready(aws: Clients, planned: PlannedCheck, ours: GroupDeployment, proven: GroupState) -> CodeDeployProposal:
    client = aws.client("codedeploy", planned.region)
    good = _proven(client, ours, proven.revision)
    running = ours.status in ACTIVE
    if running:
        _require_way_back_by_itself(client, ours, good)
    if ours.platform == "ECS":
        _require_same_images(aws, planned, ours, good, proven)
    revision = None if running else whole_revision(client, good)
    stop = f"{ours.id} is {ours.status}: it can be stopped, with a rollback"
    return CodeDeployProposal(
        Feasibility.READY,
        stop if running else f"{ours.id} is {ours.status}, and {good.id} had succeeded before it",
        target=_target(good, revision) if revision else good.id,
        preconditions={"proven deployment": good.id},
        verification=_verification(planned, ours, proven, undoes=ours.id),
        settle_seconds=ours.keeps,
        ours=ours,
        revision=revision,
        proven=proven,
    )


def _require_same_images(
    aws: Clients, planned: PlannedCheck, ours: GroupDeployment, good: GroupDeployment, proven: GroupState
) -> None:
    """A revision that is deployed again has ECS resolve every tag of its task definition anew. A deployment that is
    stopped gives the traffic back to the original task set, as long as that is there.

    Raises:
        NoWayBackError: other images than the proven ones may run.
    """
    if ours.status in ACTIVE and keeps_original(planned.region, ours, good, aws):
        return
    revision = whole_revision(aws.client("codedeploy", planned.region), good)
    if problem := other_images(planned.region, ours, revision, proven.digests, aws):
        raise NoWayBackError(f"{ours.id} is {ours.status}; {problem}")


def _proven(client: CodeDeployClient, ours: GroupDeployment, proven: str) -> GroupDeployment:
    """The deployment that brought the proven revision.

    Raises:
        NoWayBackError: there is no such revision, or CodeDeploy no longer lists it.
    """
    if not proven:
        raise NoWayBackError(f"{ours.id} is {ours.status}; {NOTHING_PROVEN}")
    if proven == ours.revision.text:
        raise NoWayBackError(f"{ours.id} is {ours.status}; {NOTHING_ELSE_PROVEN}")
    good = last_good(client, ours, proven)
    if good is None:
        raise NoWayBackError(f"CodeDeploy no longer lists the deployment to {ours.group} of {proven}")
    if good.revision.floating:
        raise NoWayBackError(f"{good.id} names no version of {proven}: another object may lie there by now")
    return good


def _require_way_back_by_itself(client: CodeDeployClient, ours: GroupDeployment, good: GroupDeployment) -> None:
    """CodeDeploy itself goes back to the revision that last succeeded, which may have failed otherwise.

    Raises:
        NoWayBackError: that is not the proven one.
    """
    last = last_good(client, ours)
    if last and last.revision.text != good.revision.text:
        raise NoWayBackError(
            f"{ours.id} is {ours.status}: stopped, it would go back to {last.revision.text}, which has not passed"
        )


def _target(good: GroupDeployment, revision: RevisionLocationTypeDef) -> str:
    """What is deployed again, for people: the task definition that an AppSpec names, else where the revision lies."""
    return task_definition(revision) or good.revision.text


def _stop(
    client: CodeDeployClient, planned: PlannedCheck, ours: GroupDeployment, proven: GroupState
) -> RollbackStarted:
    """The rollback begins once the targets have come to an end, so that its id may not be known yet."""
    client.stop_deployment(deploymentId=ours.id, autoRollbackEnabled=True)
    stopped = read_deployment(client, ours.id)
    if stopped and stopped.rolled_back_by:
        verification = _verification(planned, ours, proven, deployment=stopped.rolled_back_by)
        return RollbackStarted(f"stopped {ours.id}; {stopped.rolled_back_by} rolls it back", verification)
    return RollbackStarted(f"stopped {ours.id}, with a rollback", _verification(planned, ours, proven, undoes=ours.id))


def _request(ours: GroupDeployment, revision: RevisionLocationTypeDef) -> CreateDeploymentInputTypeDef:
    """The configuration is the group's. Alarms that our deployment may have set off do not stop the rollback, as
    CreateDeployment's documentation advises, and a rollback that fails does not bring our deployment back."""
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


def _verification(planned: PlannedCheck, ours: GroupDeployment, proven: GroupState, **named: str) -> PlannedCheck:
    parameters = {"application": ours.application, "group": ours.group, **named}
    if proven.digests:
        parameters["digests"] = proven.digests_text
    return PlannedCheck(CodeDeploy.kind, planned.region, parameters)
