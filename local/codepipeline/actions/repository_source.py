"""Source action CodeStarSourceConnection: the head of a branch, or the commit that was asked for."""

import json
from datetime import datetime

from local.codepipeline import zips
from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.declarations import ActionType
from local.codepipeline.errors import ActionError, FailureType
from local.codepipeline.repositories import PROVIDER, Commit
from local.codepipeline.state import Revision
from local.console import commit_url

KEY = ("Source", "AWS", "CodeStarSourceConnection")


def _run(context: ActionContext) -> ActionResult:
    commit = _commit(context)
    context.write_outputs(zips.pack(commit.files))
    connection = context.configuration["ConnectionArn"]
    url = commit_url(context.region, connection, commit.repository, commit.id)
    summary = json.dumps({"ProviderType": PROVIDER, "CommitMessage": commit.message})
    return ActionResult(
        external_id=commit.id,
        url=url,
        summary=summary,
        revision=Revision(commit.id, summary, url, datetime.fromisoformat(commit.date).timestamp()),
        variables={
            "AuthorDate": commit.date,
            "BranchName": commit.branch,
            "CommitId": commit.id,
            "CommitMessage": commit.message,
            "ConnectionArn": connection,
            "FullRepositoryName": commit.repository,
            "ProviderType": PROVIDER,
        },
    )


def _commit(context: ActionContext) -> Commit:
    repository, branch = context.configuration["FullRepositoryId"], context.configuration["BranchName"]
    override = context.execution.overrides.get(context.action.name)
    if override is None:
        return context.tools.repositories.head(repository, branch)
    commit = context.tools.repositories.find(repository, branch, override.value)
    if commit is None:
        text = f"The commit {override.value} is not on the branch {branch} of {repository}."
        raise ActionError(FailureType.REVISION_UNAVAILABLE, text)
    return commit


KIND = ActionKind(
    ActionType(*KEY, "1"),
    required=frozenset({"ConnectionArn", "FullRepositoryId", "BranchName"}),
    optional=frozenset({"OutputArtifactFormat", "DetectChanges"}),
    inputs=(0, 0),
    outputs=(1, 1),
    run=_run,
)
