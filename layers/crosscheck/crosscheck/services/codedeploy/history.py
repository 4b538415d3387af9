"""What a deployment group had before a deployment: its last good one, and the revision to deploy once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crosscheck.errors import CrosscheckError
from crosscheck.services.codedeploy.deployments import BATCH, GroupDeployment, read_deployments
from crosscheck.services.codedeploy.rules import FOLLOWERS, takes_back, took_over

if TYPE_CHECKING:
    from mypy_boto3_codedeploy import CodeDeployClient
    from mypy_boto3_codedeploy.type_defs import RevisionLocationTypeDef, TimeRangeTypeDef

LIST_PERMISSIONS = frozenset({"codedeploy:BatchGetDeployments", "codedeploy:ListDeployments"})
HISTORY_PERMISSIONS = LIST_PERMISSIONS | {"codedeploy:GetApplicationRevision"}
# The order of ListDeployments is not documented, so that all of a span are read: the days before, then further back.
SPANS = (timedelta(days=7), timedelta(days=90), None)
LIST_LIMIT = 20 * BATCH
# CodeDeploy takes times in whole seconds.
_SECOND = timedelta(seconds=1)
_APPSPECS = frozenset({"AppSpecContent", "String"})


class NoWayBackError(CrosscheckError):
    """The history does not say where to go, or no longer has it; the text says why."""


def last_good(client: CodeDeployClient, ours: GroupDeployment, revision: str = "") -> GroupDeployment | None:
    """The newest deployment before ours that succeeded, with this revision, else with another than ours; None where
    the group never had one.

    Raises:
        NoWayBackError: the history is too long to be sure.
    """
    for span in SPANS:
        found = read_deployments(client, _succeeded(client, ours, span))
        before = [each for each in found if each.created < ours.created and each.revision.text != ours.revision.text]
        older = [each for each in before if revision in {"", each.revision.text}]
        if older:
            return max(older, key=lambda each: each.created)
    return None


def is_way_back(client: CodeDeployClient, undone: GroupDeployment, later: GroupDeployment) -> bool:
    """Whether a later deployment takes another one back. Anybody may describe theirs so: Crosscheck's own brings only
    what the group had with success before."""
    if later.undoes == undone.id:
        return True
    if not takes_back(later, undone.id):
        return False
    try:
        return last_good(client, undone, later.revision.text) is not None
    except NoWayBackError:  # nobody can tell what the group had
        return False


def _succeeded(client: CodeDeployClient, ours: GroupDeployment, span: timedelta | None) -> list[str]:
    created = datetime.fromtimestamp(ours.created, UTC)
    times: TimeRangeTypeDef = {"end": created + _SECOND}
    if span:
        times["start"] = created - span
    pages = client.get_paginator("list_deployments").paginate(
        applicationName=ours.application,
        deploymentGroupName=ours.group,
        includeOnlyStatuses=["Succeeded"],
        createTimeRange=times,
        PaginationConfig={"MaxItems": LIST_LIMIT + 1},
    )
    ids = [deployment for page in pages for deployment in page.get("deployments", [])]
    if len(ids) > LIST_LIMIT:
        raise NoWayBackError(f"over {LIST_LIMIT} deployments of the group succeeded before {ours.id}")
    return ids


def deployed_since(client: CodeDeployClient, application: str, group: str, since: float) -> list[str]:
    """The ids of what a group has had since then (epoch seconds), whatever became of it, in no order."""
    pages = client.get_paginator("list_deployments").paginate(
        applicationName=application,
        deploymentGroupName=group,
        createTimeRange={"start": datetime.fromtimestamp(int(since), UTC)},
    )
    return [deployment for page in pages for deployment in page.get("deployments", [])]


def newest_asked_for(client: CodeDeployClient, ours: GroupDeployment, newest: GroupDeployment) -> GroupDeployment:
    """The newest deployment since ours that somebody asked for, else ours.

    An instance that joins while ours is under way gets what the group had last, which is the revision before ours.
    https://docs.aws.amazon.com/codedeploy/latest/userguide/integrations-aws-auto-scaling.html
    """
    if newest.creator not in FOLLOWERS:
        return newest
    found = read_deployments(client, deployed_since(client, ours.application, ours.group, ours.created))
    asked = (each for each in found if each.creator not in FOLLOWERS and each.created >= ours.created)
    return max(asked, key=lambda each: each.created, default=ours)


def between(client: CodeDeployClient, ours: GroupDeployment, made: str) -> list[GroupDeployment]:
    """What somebody else deployed to the group after ours, and before the deployment ``made`` takes ours back; the
    oldest first."""
    found = read_deployments(client, deployed_since(client, ours.application, ours.group, ours.created))
    back = next((each for each in found if each.id == made), None)
    if back is None:
        return []
    # Only what brings the same back is the way back, whatever somebody calls theirs.
    ways = {each.id for each in found if takes_back(each, ours.id) and (each.undoes or _same(each, back))}
    others = (each for each in found if took_over(ours, each) and each.id not in ways)
    return sorted((each for each in others if each.created <= back.created), key=lambda each: each.created)


def _same(one: GroupDeployment, other: GroupDeployment) -> bool:
    return one.revision.text == other.revision.text


def whole_revision(client: CodeDeployClient, deployment: GroupDeployment) -> RevisionLocationTypeDef:
    """The revision of a deployment, as CreateDeployment takes it.

    An object of S3 is named with the version that was deployed. GetDeployment never tells what an AppSpec says; its
    documentation sends to GetApplicationRevision, by the hash.

    Raises:
        NoWayBackError: CodeDeploy no longer has it.
    """
    location = deployment.revision.location
    if location.get("revisionType") not in _APPSPECS or content(location):
        return location
    gone = NoWayBackError(f"CodeDeploy no longer has the AppSpec of {deployment.id}, the last good deployment")
    try:
        answer = client.get_application_revision(applicationName=deployment.application, revision=location)
    except client.exceptions.RevisionDoesNotExistException:
        raise gone from None
    found = answer.get("revision", {})
    if not content(found):
        raise gone
    return found


def content(location: RevisionLocationTypeDef) -> str:
    """What an AppSpec says, empty for revisions that lie elsewhere."""
    return (location.get("appSpecContent") or location.get("string") or {}).get("content", "")
