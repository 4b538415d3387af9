"""The way back of an ECS service: to the task definition that it ran before the action's deployment."""

from collections.abc import Mapping

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, RollbackProposal, RollbackStarted, SupersededError
from crosscheck.services.ecs.check import EcsService
from crosscheck.services.ecs.deployments import NoHistoryError
from crosscheck.services.ecs.position import Move, ServicePosition, position
from crosscheck.services.ecs.rules import revision
from crosscheck.services.ecs.situation import TASK_DEFINITION, Place, Situation, read_situation

NEWEST, TARGET, BASELINE = "newest deployment", "target", "baseline"


class EcsRollback:
    """A deployment in progress is stopped, which ECS answers by going back; a finished one is replaced by the earlier
    task definition. The number of tasks is never touched.

    ECS knows no conditional update: between the last reading and the call lie some milliseconds.
    """

    def propose(self, planned: PlannedCheck, baseline: Mapping[str, str], aws: Clients) -> RollbackProposal:
        """As in ``Undo``; ``baseline`` is what a look of ``ecs-service`` saw, for where ECS's history says nothing."""
        before = baseline.get(TASK_DEFINITION, "")
        try:
            seen = read_situation(_place(planned), baseline, aws)
        except NoHistoryError as error:
            return RollbackProposal(Feasibility.MANUAL, str(error))
        now = position(seen)
        proven = now.standing in {Feasibility.READY, Feasibility.ALREADY_BACK} and now.to
        proof = _proof(planned, now.to) if proven else None
        return RollbackProposal(
            now.standing, now.reason, revision(now.to), _compared(seen, before), proof, seen.shifting
        )

    def execute(self, planned: PlannedCheck, way: RollbackProposal, aws: Clients) -> RollbackStarted:
        """As in ``Undo``."""
        try:
            return _act(planned, way, aws)
        except aws.ecs(planned.region).exceptions.ConflictException:
            # the deployment came to its end just now: there is nothing left to stop
            return _act(planned, way, aws)


def _act(planned: PlannedCheck, way: RollbackProposal, aws: Clients) -> RollbackStarted:
    before = way.seen.get(BASELINE, "")
    place = _place(planned)
    try:
        seen = read_situation(place, {TASK_DEFINITION: before} if before else {}, aws)
    except NoHistoryError as error:
        raise SupersededError(str(error)) from None
    now = position(seen)
    if now.standing is Feasibility.ALREADY_BACK and revision(now.to) == way.target:
        return RollbackStarted(now.reason, _proof(planned, now.to))  # by ECS, or by us before a crash
    if now.standing is not Feasibility.READY:
        raise SupersededError(now.reason)
    if _compared(seen, before) != dict(way.seen):
        raise SupersededError(f"{place.service} changed meanwhile: {now.reason}")
    return RollbackStarted(_move(seen, now, aws), _proof(planned, now.to))


def _move(seen: Situation, now: ServicePosition, aws: Clients) -> str:
    """Act; what was done, in words."""
    client, place = aws.ecs(seen.place.region), seen.place
    if now.move is Move.STOP and seen.made:
        client.stop_service_deployment(serviceDeploymentArn=seen.made.arn, stopType="ROLLBACK")
        return f"stopped the deployment of {revision(seen.brought)}: ECS goes back to {revision(now.to)}"
    client.update_service(cluster=place.cluster, service=place.service, taskDefinition=now.to)
    return f"deployed {revision(now.to)} again, in the place of {revision(seen.brought)}"


def _place(planned: PlannedCheck) -> Place:
    if planned.run is None:
        raise ValueError("a way back needs the run of a deploy action")
    return Place(planned.region, planned.parameters["cluster"], planned.parameters["service"], planned.run)


def _compared(seen: Situation, baseline: str) -> dict[str, str]:
    """What has to be the same when acting as it was when proposing, and the baseline for reading it again."""
    newest = seen.newest.arn if seen.newest else ""
    return {NEWEST: newest, TASK_DEFINITION: seen.runs, TARGET: seen.target, BASELINE: baseline}


def _proof(planned: PlannedCheck, task_definition: str) -> PlannedCheck:
    place = {key: planned.parameters[key] for key in ("cluster", "service")}
    return PlannedCheck(EcsService.kind, planned.region, place | {"task_definition": revision(task_definition)})
