"""The rollback of an ECS service: to the task definition that it ran before the action's deployment."""

from collections.abc import Mapping
from dataclasses import dataclass

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, Rollback, RollbackProposal, RollbackStarted
from crosscheck.services.ecs.check import EcsService
from crosscheck.services.ecs.deployments import NoHistoryError
from crosscheck.services.ecs.position import Move, position
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
        """As in ``Rollback``; the baseline is a task definition, for where ECS's history says nothing."""
        place = Place(target.region, target.parameters["cluster"], target.parameters["service"], target.deployed)
        try:
            seen = read_situation(place, baseline, aws)
        except NoHistoryError as error:
            return EcsProposal(Feasibility.MANUAL, str(error))
        now = position(seen)
        provable = now.feasibility in {Feasibility.READY, Feasibility.ALREADY_BACK} and now.to
        return EcsProposal(
            now.feasibility,
            now.reason,
            target=revision(now.to),
            preconditions=_preconditions(seen),
            verification=_verification(target, now.to) if provable else None,
            settle_seconds=seen.shifting,
            to=now.to,
            brought=seen.brought,
            stops=seen.made.arn if seen.made and now.move is Move.STOP else "",
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


def _preconditions(seen: Situation) -> Mapping[str, str]:
    newest = seen.newest.arn if seen.newest else ""
    return {"newest deployment": newest, "task definition": seen.runs, "target": seen.target}


def _verification(planned: PlannedCheck, task_definition: str) -> PlannedCheck:
    place = {key: planned.parameters[key] for key in ("cluster", "service")}
    return PlannedCheck(EcsService.kind, planned.region, place | {"task_definition": revision(task_definition)})
