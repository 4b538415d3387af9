"""What the engine and its actions work with."""

from dataclasses import dataclass

from local.clients import Aws
from local.clock import Clock
from local.codepipeline.artifacts import Artifacts
from local.codepipeline.jobs import Jobs
from local.codepipeline.records import State
from local.codepipeline.repositories import Repositories
from local.codepipeline.roles import Roles
from local.codepipeline.state_changes import StateChanges
from local.outcomes import Outcomes


@dataclass(frozen=True)
class Tools:
    """One of each, shared by all executions."""

    aws: Aws
    clock: Clock
    outcomes: Outcomes
    state: State
    changes: StateChanges
    roles: Roles
    artifacts: Artifacts
    repositories: Repositories
    jobs: Jobs
