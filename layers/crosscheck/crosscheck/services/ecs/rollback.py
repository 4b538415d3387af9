"""The rollback of an ECS service: to the task definition that it ran before the action's deployment."""

from dataclasses import dataclass, replace

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, Rollback, RollbackProposal, RollbackStarted
from crosscheck.services.ecs.check import EcsService
from crosscheck.services.ecs.deployments import GOING_BACK, UNDER_WAY, WENT_BACK, NoHistoryError, ServiceDeployment
from crosscheck.services.ecs.rules import revision
from crosscheck.services.ecs.situation import Place, Situation, read_situation


@dataclass(frozen=True)
class EcsProposal(RollbackProposal):
    """``to`` and ``brought`` are the ARNs of the task definitions to go back to, and from. ``stops`` is the ARN of the
    deployment to stop, empty if the service has to be updated instead."""

    to: str = ""
    brought: str = ""
    stops: str = ""


class EcsRollback(Rollback[PlannedCheck, EcsProposal]):
    """A deployment in progress is stopped, and ECS goes back by itself. A finished one is replaced by the earlier task
    definition. The number of tasks is never touched.

    ECS knows no conditional update: between the last reading and the call lie some milliseconds.
    """

    permissions = frozenset({"ecs:StopServiceDeployment", "ecs:UpdateService", "iam:PassRole"})

    def propose(self, target: PlannedCheck, baseline: str, aws: Clients) -> EcsProposal:
        """Read the service and its history. The baseline is a task definition, used where the history says nothing."""
        place = Place(target.region, target.parameters["cluster"], target.parameters["service"], target.deployed)
        try:
            seen = read_situation(place, baseline, aws)
        except NoHistoryError as error:
            return EcsProposal(Feasibility.MANUAL, str(error))
        now = judge_situation(seen)
        newest = seen.newest.arn if seen.newest else ""
        return replace(
            now,
            target=revision(now.to),
            preconditions={"newest deployment": newest, "task definition": seen.runs, "target": seen.target},
            verification=_verification(target, now.to) if now.to else None,
            settle_seconds=seen.shifting,
            brought=seen.brought,
        )

    def act(self, target: PlannedCheck, proposal: EcsProposal, aws: Clients) -> RollbackStarted:
        """Stop the deployment, or update the service."""
        client, verification = aws.client("ecs", target.region), _verification(target, proposal.to)
        brought, back = revision(proposal.brought), proposal.target
        if proposal.stops:
            client.stop_service_deployment(serviceDeploymentArn=proposal.stops, stopType="ROLLBACK")
            return RollbackStarted(f"stopped the deployment of {brought}: ECS goes back to {back}", verification)
        client.update_service(
            cluster=target.parameters["cluster"], service=target.parameters["service"], taskDefinition=proposal.to
        )
        return RollbackStarted(f"deployed {back} again, in the place of {brought}", verification)

    def races(self, target: PlannedCheck, aws: Clients) -> tuple[type[Exception], ...]:
        """The deployment came to its end just now: there is nothing left to stop."""
        return (aws.client("ecs", target.region).exceptions.ConflictException,)


def _verification(planned: PlannedCheck, task_definition: str) -> PlannedCheck:
    place = {key: planned.parameters[key] for key in ("cluster", "service")}
    return PlannedCheck(EcsService.kind, planned.region, place | {"task_definition": revision(task_definition)})


def judge_situation(seen: Situation) -> EcsProposal:
    """Whether the service can go back, why, and to which task definition it goes, or has gone: pure."""
    service, run = seen.place.service, seen.place.run
    if not seen.changeable:
        return EcsProposal(Feasibility.MANUAL, _unchangeable(seen))
    if seen.newest is None and run.status == "InProgress":
        return EcsProposal(Feasibility.MANUAL, f"{run.name} is in progress and has deployed nothing yet")
    if seen.newest is None:
        reason = f"{run.name} deployed nothing: {service} runs {revision(seen.runs)} as before"
        return EcsProposal(Feasibility.ALREADY_BACK, reason, to=seen.runs)
    if seen.made is None:
        reason = f"{run.name} did not succeed and names no deployment: who deployed to {service} since is unknown"
        return EcsProposal(Feasibility.MANUAL, reason)
    if not seen.brought:
        return EcsProposal(Feasibility.MANUAL, f"ECS does not say which task definition {run.name} deployed")
    return _own(seen, seen.made) if seen.newest == seen.made else _later(seen, seen.newest.status)


def _unchangeable(seen: Situation) -> str:
    service, cluster = seen.place.service, seen.place.cluster
    if not seen.status:
        return f"there is no service {service} in cluster {cluster}"
    if seen.status != "ACTIVE":
        return f"{service} is {seen.status}"
    return f"{service} is deployed by {seen.controller}, not by ECS itself: ECS refuses to go back"


def _own(seen: Situation, made: ServiceDeployment) -> EcsProposal:
    """The action's deployment is the newest one."""
    brought, target = revision(seen.brought), revision(seen.target)
    if made.status in GOING_BACK:
        reason = f"ECS is rolling back from {brought} to {target or 'what ran before'}"
        return EcsProposal(Feasibility.ALREADY_BACK, reason, to=seen.target)
    if made.status in UNDER_WAY:
        reason = f"the deployment of {brought} is in progress: stopping it goes back to {target}"
        return _ready(seen, reason, stops=made.arn)
    if made.status in WENT_BACK and seen.runs == seen.target:
        ended = "rolled back by itself" if made.status == "ROLLBACK_SUCCESSFUL" else "tried to roll back by itself"
        return EcsProposal(Feasibility.ALREADY_BACK, f"ECS {ended}, from {brought} to {target}", to=seen.target)
    return _running(seen, f"{seen.place.service} runs {brought}, before it ran {target}")


def _later(seen: Situation, status: str) -> EcsProposal:
    """Something was deployed after the action's deployment."""
    brought, target, latest = revision(seen.brought), revision(seen.target), revision(seen.latest)
    if seen.latest and seen.latest == seen.brought:
        return _running(seen, f"{brought} was deployed again since; before it ran {target}")
    if not seen.latest or seen.latest != seen.target:
        other = latest or "something else"
        return EcsProposal(Feasibility.SUPERSEDED, f"{other} was deployed to {seen.place.service} since")
    if status in GOING_BACK | WENT_BACK:
        reason = f"the way back from {brought} to {target} was tried, and ECS gave it up ({status})"
        return EcsProposal(Feasibility.MANUAL, reason)
    reason = f"{target} was deployed again since, in the place of {brought}"
    return EcsProposal(Feasibility.ALREADY_BACK, reason, to=seen.target)


def _running(seen: Situation, reason: str) -> EcsProposal:
    if seen.runs != seen.brought:
        return EcsProposal(Feasibility.SUPERSEDED, f"{seen.place.service} runs {revision(seen.runs)} by now")
    return _ready(seen, reason)


def _ready(seen: Situation, reason: str, stops: str = "") -> EcsProposal:
    """READY, unless there is nothing to go back to. ``stops`` is the deployment to stop, empty for an update."""
    service, brought, target = seen.place.service, revision(seen.brought), revision(seen.target)
    if not seen.target:
        stuck = f"{service} had no earlier deployment"
    elif seen.desired == 0:
        stuck = f"the desired count of {service} is 0: nothing runs, so nothing would prove the way back"
    elif not stops and seen.target == seen.brought:
        stuck = f"{service} ran {brought} before already: there is no other task definition to go back to"
    elif not stops and seen.deregistered:
        stuck = f"{target} was deregistered: ECS does not deploy it again"
    else:
        return EcsProposal(Feasibility.READY, reason, to=seen.target, stops=stops)
    return EcsProposal(Feasibility.MANUAL, stuck)
