"""What an action gets and gives."""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.clients import Credentials
from local.codepipeline import zips
from local.codepipeline.declarations import Action, ActionType
from local.codepipeline.errors import ActionError, FailureType, HaltedError
from local.codepipeline.state import ActionExecution, Artifact, Execution, Revision
from local.codepipeline.tools import Tools
from local.outcomes import Outcome

# A wait is cut into slices of at most so many real seconds, to end soon after a halt.
_SLICE = 0.1


@dataclass(frozen=True)
class ActionResult:
    """How an action succeeded."""

    external_id: str | None = None
    url: str | None = None
    summary: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    revision: Revision | None = None


@dataclass(frozen=True)
class ActionContext:
    """One run of an action: its configuration with variables resolved, its role, its artifacts."""

    tools: Tools
    execution: Execution
    run: ActionExecution
    credentials: Credentials
    inputs: tuple[Artifact, ...]

    @property
    def action(self) -> Action:
        """Its declaration."""
        return self.run.action

    @property
    def region(self) -> str:
        """Where it runs."""
        return self.run.action.region

    @property
    def configuration(self) -> Mapping[str, str]:
        """Its configuration, without references."""
        return self.run.resolved

    def client(self, service: str) -> Any:
        """A boto3 client under the action's role in its region."""
        return self.tools.aws.client(service, self.region, self.credentials)

    def outcome(self, provider: str, service: str) -> Outcome:
        """How this deployment shall end: an outcome belongs to a release, going back to an earlier one is healthy."""
        going_back = self.execution.rollback_target is not None
        return Outcome.HEALTHY if going_back else self.tools.outcomes.of(self.region, provider, service)

    def read(self, artifact: Artifact) -> bytes:
        """An input artifact, from the store of the action's region."""
        return self.tools.artifacts.read(artifact.locations[self.region], self.credentials)

    def files(self, artifact: Artifact) -> dict[str, bytes]:
        """An input artifact's files.

        Raises:
            ActionError: it is no zip archive.
        """
        try:
            return zips.unpack(self.read(artifact))
        except zipfile.BadZipFile:
            raise ActionError(
                FailureType.JOB_FAILED, f"The artifact {artifact.name} is not a valid ZIP archive."
            ) from None

    def write_outputs(self, body: bytes) -> None:
        """Write every output artifact, to the store of the action's region."""
        for _, location in self.run.outputs:
            self.tools.artifacts.write(self.execution.pipeline, location, body, self.credentials)

    def pause(self, seconds: float) -> None:
        """Wait for so many of AWS's seconds.

        Raises:
            HaltedError: as soon as nobody waits for this action any more.
        """
        remaining = seconds
        while remaining > 0:
            self.check()
            step = min(remaining, self.tools.clock.speed * _SLICE)
            if not self.tools.clock.sleep(step):
                raise HaltedError
            remaining -= step
        self.check()

    def check(self) -> None:
        """Stop here if the action is given up.

        Raises:
            HaltedError: it is.
        """
        if self.execution.given_up(self.run):
            raise HaltedError

    def report(self, external_id: str | None = None, url: str | None = None, summary: str | None = None) -> None:
        """Show what the action works on while it is in progress."""
        with self.tools.state.changed:
            self.run.external_id = external_id or self.run.external_id
            self.run.external_url = url or self.run.external_url
            self.run.summary = summary or self.run.summary
            self.run.updated = self.tools.clock.now()


@dataclass(frozen=True)
class ActionKind:
    """A kind of action: its type, what its declaration may hold, and what it does.

    ``inputs`` and ``outputs`` are the least and the greatest number of artifacts.
    """

    type: ActionType
    required: frozenset[str]
    optional: frozenset[str]
    inputs: tuple[int, int]
    outputs: tuple[int, int]
    run: Callable[[ActionContext], ActionResult]
