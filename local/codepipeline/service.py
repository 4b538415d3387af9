"""The local CodePipeline as the rest of the local account sees it."""

import logging
from collections.abc import Iterator, Mapping

from local.aws_json.authorization import Authorization, Decides
from local.aws_json.endpoint import create_app
from local.aws_json.errors import ApiError
from local.aws_json.messages import Scope
from local.aws_json.model import Service
from local.aws_json.operations import Operations
from local.clients import Aws
from local.clock import Clock
from local.codepipeline.actions import repository_source
from local.codepipeline.api import OPERATIONS, Call
from local.codepipeline.artifacts import Artifacts
from local.codepipeline.declarations import Action
from local.codepipeline.engine import Engine
from local.codepipeline.jobs import Jobs
from local.codepipeline.pipeline_variables import default_variables
from local.codepipeline.records import PipelineRecord, State
from local.codepipeline.repositories import PROVIDER, Commit, Repositories
from local.codepipeline.rights import needed
from local.codepipeline.roles import Roles
from local.codepipeline.state_changes import Emits, StateChanges
from local.codepipeline.tools import Tools
from local.codepipeline.triggers import Trigger
from local.outcomes import Outcomes

logger = logging.getLogger(__name__)

SERVICE = Service("codepipeline")


class CodePipeline:
    """The API in ``app`` (WSGI, POST /) and the engine behind it.

    With ``decide`` requests are refused whose caller lacks the right to them.
    """

    def __init__(
        self,
        aws: Aws,
        clock: Clock,
        events: Emits,
        outcomes: Outcomes,
        account_id: str,
        decide: Decides | None = None,
    ) -> None:
        state = State()
        self._tools = Tools(
            aws=aws,
            clock=clock,
            outcomes=outcomes,
            state=state,
            changes=StateChanges(events),
            roles=Roles(aws),
            artifacts=Artifacts(aws),
            repositories=Repositories(clock),
            jobs=Jobs(state, clock),
        )
        self._engine = Engine(self._tools)
        authorize = Authorization(needed, decide) if decide else None
        self.app = create_app(SERVICE, account_id, Operations(OPERATIONS, self._call, authorize=authorize))

    def _call(self, scope: Scope) -> Call:
        return Call(self._tools, self._engine, scope)

    def push(self, repository: str, branch: str, message: str, author: str) -> list[str]:
        """A Git push: a new commit, and an execution of every pipeline in any region whose source follows that branch.

        The executions' ids, in the order of the pipelines' creation. A pipeline that cannot take one more is left out:
        nobody waits for an answer to a push.
        """
        commit = self._tools.repositories.push(repository, branch, message, author)
        with self._tools.state.changed:
            following = list(self._following(repository, branch))
        started = [self._start(record, action, commit) for record, action in following]
        return [execution for execution in started if execution is not None]

    def close(self) -> None:
        """End all executions without events; their threads are gone when this returns."""
        self._engine.close()

    def _following(self, repository: str, branch: str) -> Iterator[tuple[PipelineRecord, Action]]:
        for record in self._tools.state.everywhere():
            for _, action in record.pipeline.actions:
                if _follows(action, repository, branch):
                    yield record, action
                    break

    def _start(self, record: PipelineRecord, action: Action, commit: Commit) -> str | None:
        connection = action.configuration["ConnectionArn"]
        trigger = Trigger("WebhookV2", connection, _git_trigger(commit, connection))
        try:
            return self._engine.start(record, trigger, default_variables(record.pipeline)).id
        except ApiError as error:
            logger.warning("the push did not start %s: %s", record.pipeline.name, error)
            return None


def _follows(action: Action, repository: str, branch: str) -> bool:
    configuration = action.configuration
    return (
        (action.type.category, action.type.owner, action.type.provider) == repository_source.KEY
        and configuration["FullRepositoryId"] == repository
        and configuration["BranchName"] == branch
        and configuration.get("DetectChanges", "true").lower() != "false"
    )


def _git_trigger(commit: Commit, connection_arn: str) -> Mapping[str, str]:
    return {
        "author-display-name": commit.author,
        "full-repository-name": commit.repository,
        "provider-type": PROVIDER,
        "author-email": f"{commit.author}@example.com",
        "commit-message": commit.message,
        "author-date": commit.date,
        "branch-name": commit.branch,
        "commit-id": commit.id,
        "connection-arn": connection_arn,
        "author-id": commit.author,
    }
