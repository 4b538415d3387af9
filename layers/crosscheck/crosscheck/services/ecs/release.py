"""What became of the deployment that a deploy action made, as the service's history tells it.

What runs need not show it: where the revision that ECS went back to runs the same image, only the history tells.
"""

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import Outcome, PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.ecs.deployments import GOING_BACK, MOVING, WENT_BACK, NoHistoryError
from crosscheck.services.ecs.history import ServiceHistory, read_history
from crosscheck.services.ecs.rules import revision
from crosscheck.services.ecs.service import ServiceSnapshot


def read_release(planned: PlannedCheck, seen: ServiceSnapshot, aws: Clients) -> ServiceHistory:
    """What was deployed since the check's action started; empty where there is none to know.

    Only ECS's own controller has service deployments.
    """
    if planned.run is None or seen.controller != "ECS" or seen.status != "ACTIVE":
        return ServiceHistory()
    client, place = aws.client("ecs", planned.region), planned.parameters
    try:
        return read_history(client, place["cluster"], place["service"], planned.run)
    except NoHistoryError as error:
        problem = str(error)
    except AWS_ERRORS as error:
        problem = explain(error, planned.region)
    return ServiceHistory(unknown=f"what became of the deployment is unknown: {problem}")


def judge_release(seen: ServiceSnapshot, release: ServiceHistory) -> Outcome | None:
    """Why the release is not in service; None if its deployment came to a good end, or gave way to a later one.

    What was deployed once more is judged by the newest deployment of it.
    """
    ours = release.newest if release.again else release.made
    if ours is None or release.gave_way:
        return None
    brought = revision(release.brought.task_definition) or "the release"
    if ours.status in GOING_BACK | WENT_BACK:
        how = "rolls back" if ours.status in GOING_BACK else "rolled back"
        elsewhere = release.brought.task_definition != seen.task_definition
        now = f" to {revision(seen.task_definition)}" if elsewhere else ""
        return Outcome(Verdict.FAIL, f"ECS {how}{now}: the deployment of {brought} is {ours.status}")
    if ours.status == "STOPPED":
        return Outcome(Verdict.FAIL, f"the deployment of {brought} was stopped")
    if ours.status in MOVING:
        return Outcome(Verdict.PENDING, f"the deployment of {brought} is {ours.status}")
    return None


def weightier(first: Outcome | None, second: Outcome | None) -> Outcome | None:
    """The first outcome if there is one, unless only the second is a FAIL."""
    if first is None or (second and second.verdict is Verdict.FAIL and first.verdict is not Verdict.FAIL):
        return second
    return first
