"""The rollback of an ECS service: to its baseline, a task definition with the digests that it ran."""

from dataclasses import dataclass, replace

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import (
    NOTHING_PROVEN,
    Feasibility,
    Rollback,
    RollbackProposal,
    RollbackStarted,
)
from crosscheck.images.reference import short
from crosscheck.services.ecs.check import state_check
from crosscheck.services.ecs.deployments import (
    GOING_BACK,
    UNDER_WAY,
    WENT_BACK,
    NoHistoryError,
    ServiceDeployment,
    deployments_since,
    states_of,
)
from crosscheck.services.ecs.history import NOTHING
from crosscheck.services.ecs.replaced import replaced_revisions
from crosscheck.services.ecs.rules import revision
from crosscheck.services.ecs.situation import Place, Situation, read_situation
from crosscheck.services.ecs.state import ServiceState

NEWEST = "newest deployment"


@dataclass(frozen=True)
class EcsProposal(RollbackProposal):
    """``to`` is the state to go back to, ``left`` the ARN of the task definition in service, to go back from. ``stops``
    is the ARN of the deployment to stop, empty if the service has to be updated instead."""

    to: ServiceState = NOTHING
    left: str = ""
    stops: str = ""


class EcsRollback(Rollback[PlannedCheck, EcsProposal]):
    """A deployment in progress is stopped where ECS then goes back to the baseline by itself. In every other case the
    service gets the baseline's task definition. The number of tasks is never touched.

    ECS knows no conditional update: what is deployed in the milliseconds between the last reading and the call is
    replaced, and named.
    """

    permissions = frozenset({"ecs:StopServiceDeployment", "ecs:UpdateService", "iam:PassRole"})

    def propose(self, target: PlannedCheck, baseline: str, aws: Clients) -> EcsProposal:
        """Read the service and its history. The baseline is the text of a ``ServiceState``, the only way back."""
        place = Place(target.region, target.parameters["cluster"], target.parameters["service"], target.deployed)
        try:
            seen = read_situation(place, baseline, aws)
        except NoHistoryError as error:
            return EcsProposal(Feasibility.MANUAL, str(error))
        now = judge_situation(seen)
        newest = seen.history.newest.arn if seen.history.newest else ""
        made = seen.history.made.arn if seen.history.made else ""
        return replace(
            now,
            target=revision(now.to.task_definition),
            preconditions={NEWEST: newest, "task definition": seen.runs, "target": seen.target.text},
            verification=state_check(target, now.to, made) if now.to.task_definition else None,
            settle_seconds=seen.shifting,
            left=seen.runs,
        )

    def act(self, target: PlannedCheck, proposal: EcsProposal, aws: Clients) -> RollbackStarted:
        """Stop the deployment, or update the service."""
        client, verification = aws.client("ecs", target.region), proposal.verified
        left, back = revision(proposal.left), proposal.target
        if proposal.stops:
            client.stop_service_deployment(serviceDeploymentArn=proposal.stops, stopType="ROLLBACK")
            return RollbackStarted(f"stopped the deployment of {left}: ECS goes back to {back}", verification)
        client.update_service(
            cluster=target.parameters["cluster"],
            service=target.parameters["service"],
            taskDefinition=proposal.to.task_definition,
        )
        return RollbackStarted(f"deployed {back} again, in the place of {left}", verification)

    def changed(self, target: PlannedCheck, proposal: EcsProposal, aws: Clients) -> str:
        """What was deployed since."""
        since = self._since(target, aws)
        if (since[-1].arn if since else "") == proposal.preconditions[NEWEST]:
            return ""
        states = states_of(aws.client("ecs", target.region), [each.revision for each in since[-1:]])
        other = next((revision(state.task_definition) for state in states.values()), "something else")
        return f"{other} was deployed to {target.parameters['service']}"

    def replaced(self, target: PlannedCheck, proposal: EcsProposal, started: RollbackStarted, aws: Clients) -> str:
        """What was deployed between the execution's task definition and the baseline's. A deployment that is stopped is
        named to ECS, which stops no other."""
        del started
        if proposal.stops:
            return ""
        client, since = aws.client("ecs", target.region), self._since(target, aws)
        others = replaced_revisions(client, target.deployed, since, proposal.to, proposal.left)
        names = ", ".join(dict.fromkeys(revision(state.task_definition) for state in others))
        if not names:
            return ""
        place = {key: target.parameters[key] for key in ("cluster", "service")}
        again = f"aws ecs update-service --region {target.region} --cluster {place['cluster']}"
        newest = revision(others[-1].task_definition)
        return f"{names}, deployed by somebody else: {again} --service {place['service']} --task-definition {newest}"

    @staticmethod
    def _since(target: PlannedCheck, aws: Clients) -> tuple[ServiceDeployment, ...]:
        client, named = aws.client("ecs", target.region), target.parameters
        return deployments_since(client, named["cluster"], named["service"], target.deployed.started)

    def races(self, target: PlannedCheck, aws: Clients) -> tuple[type[Exception], ...]:
        """The deployment came to its end just now: there is nothing left to stop."""
        return (aws.client("ecs", target.region).exceptions.ConflictException,)


def judge_situation(seen: Situation) -> EcsProposal:
    """Whether the service can go back, why, and to which state it goes, or has gone: pure."""
    service, run, history = seen.place.service, seen.place.run, seen.history
    if not seen.changeable:
        return EcsProposal(Feasibility.MANUAL, _unchangeable(seen))
    if history.newest is None and run.status == "InProgress":
        return EcsProposal(Feasibility.MANUAL, f"{run.name} is in progress and has deployed nothing yet")
    if history.newest is None or (history.idle and history.again):
        reason = f"{run.name} deployed nothing: {service} runs {revision(seen.runs)} as before"
        same = revision(seen.target.task_definition) == revision(seen.runs)
        to = replace(seen.target if same else NOTHING, task_definition=seen.runs)
        return EcsProposal(Feasibility.ALREADY_BACK, reason, to=to)
    if history.made is None:
        reason = f"{run.name} did not succeed and names no deployment: who deployed to {service} since is unknown"
        return _superseded(seen) if history.idle else EcsProposal(Feasibility.MANUAL, reason)
    if not history.brought.task_definition:
        return EcsProposal(Feasibility.MANUAL, f"ECS does not say which task definition {run.name} deployed")
    return _own(seen, history.made) if history.newest == history.made else _later(seen, history.newest.status)


def _unchangeable(seen: Situation) -> str:
    service, cluster = seen.place.service, seen.place.cluster
    if not seen.status:
        return f"there is no service {service} in cluster {cluster}"
    if seen.status != "ACTIVE":
        return f"{service} is {seen.status}"
    return f"{service} is deployed by {seen.controller}, not by ECS itself: ECS refuses to go back"


def _own(seen: Situation, made: ServiceDeployment) -> EcsProposal:
    """The action's deployment is the newest one."""
    brought, target = _name(seen.history.brought), _name(seen.target)
    back = seen.replaced.task_definition and not seen.replaced.differs(seen.target)
    if made.status in GOING_BACK or (made.status in WENT_BACK and seen.runs == seen.replaced.task_definition):
        ended = {"ROLLBACK_SUCCESSFUL": "rolled back by itself", "ROLLBACK_FAILED": "tried to roll back by itself"}
        reason = f"ECS {ended.get(made.status, 'is rolling back')}, from {brought} to {_name(seen.replaced)}"
        if back:
            return EcsProposal(Feasibility.ALREADY_BACK, reason, to=seen.target)
        return _on_from_there(seen, reason)
    if made.status in UNDER_WAY and back:
        return _ready(seen, f"the deployment of {brought} is in progress: stopping it goes back to {target}", made.arn)
    return _running(seen, f"{seen.place.service} runs {brought}; {_way(seen)}")


def _on_from_there(seen: Situation, reason: str) -> EcsProposal:
    """ECS goes, or went, back to something that was not proven. An update brings what was, unless it is another image
    of the same task definition: that changes nothing in the eyes of ECS."""
    if not seen.target.task_definition:
        return EcsProposal(Feasibility.MANUAL, f"{reason}; whether that had passed is not known")
    if not seen.replaced.task_definition:
        return EcsProposal(Feasibility.MANUAL, f"{reason}something that ECS does not tell; {_way(seen)}")
    if seen.target.task_definition == seen.replaced.task_definition:
        apart = _digests_apart(seen.replaced, seen.target)
        return EcsProposal(Feasibility.MANUAL, f"{reason}; it runs {apart}")
    return _ready(seen, f"{reason}; {_way(seen)}")


def _later(seen: Situation, status: str) -> EcsProposal:
    """Something was deployed after the action's deployment."""
    brought, target, latest = _name(seen.history.brought), _name(seen.target), seen.history.latest
    if seen.history.again:
        return _running(seen, f"{brought} was deployed again since; {_way(seen)}")
    if not latest.task_definition or latest.task_definition != seen.target.task_definition:
        return _superseded(seen)
    if status in GOING_BACK | WENT_BACK:
        reason = f"the way back from {brought} to {target} was tried, and ECS gave it up ({status})"
        return EcsProposal(Feasibility.MANUAL, reason)
    reason = f"{target} was deployed again since, in the place of {brought}"
    if latest.differs(seen.target):
        return EcsProposal(Feasibility.SUPERSEDED, f"{reason}, but runs {_digests_apart(latest, seen.target)}")
    return EcsProposal(Feasibility.ALREADY_BACK, reason, to=seen.target)


def _superseded(seen: Situation) -> EcsProposal:
    other = _name(seen.history.latest) or "something else"
    return EcsProposal(Feasibility.SUPERSEDED, f"{other} was deployed to {seen.place.service} since")


def _running(seen: Situation, reason: str) -> EcsProposal:
    if seen.runs != seen.history.brought.task_definition:
        return EcsProposal(Feasibility.SUPERSEDED, f"{seen.place.service} runs {revision(seen.runs)} by now")
    return _ready(seen, reason)


def _ready(seen: Situation, reason: str, stops: str = "") -> EcsProposal:
    """READY, unless there is nothing to go back to. ``stops`` is the deployment to stop, empty for an update: stopped,
    ECS goes back to the service revision before, with its digests; an update resolves every tag anew."""
    service, target = seen.place.service, _name(seen.target)
    brought = _name(seen.history.brought)
    if not target:
        stuck = f"{service} runs {brought}; {NOTHING_PROVEN}"
    elif seen.desired == 0:
        stuck = f"the desired count of {service} is 0: nothing runs, so nothing would prove the way back"
    elif not stops and seen.target.task_definition == seen.history.brought.task_definition:
        stuck = f"{service} ran {brought} before already: there is no other task definition to go back to"
    elif not stops and seen.deregistered:
        stuck = f"{target} was deregistered: ECS does not deploy it again"
    elif not stops and seen.unpinned:
        stuck = f"{reason}; deployed again, {target} may run another image: {seen.unpinned}"
    else:
        return EcsProposal(Feasibility.READY, reason, to=seen.target, stops=stops)
    return EcsProposal(Feasibility.MANUAL, stuck)


def _name(state: ServiceState) -> str:
    return revision(state.task_definition)


def _way(seen: Situation) -> str:
    return f"the way back leads to {_name(seen.target)}"


def _digests_apart(now: ServiceState, proven: ServiceState) -> str:
    """The first container whose digest is another one, with both digests."""
    pairs = ((name, digest, proven.digests.get(name, digest)) for name, digest in sorted(now.digests.items()))
    name, is_now, was = next(pair for pair in pairs if pair[1] != pair[2])
    return f"{short(is_now)}, not {short(was)} ({name})"
