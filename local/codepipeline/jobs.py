"""Jobs of Lambda invoke actions: handed to a function, answered through PutJobSuccessResult or PutJobFailureResult."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.aws_json.errors import ApiError
from local.aws_json.messages import Scope
from local.clock import Clock
from local.codepipeline.records import State
from local.codepipeline.state import ActionExecution, Execution
from local.codepipeline.waits import wait_until

# AWS's limit for the output variables of one action, in bytes.
VARIABLES_LIMIT = 122_880


@dataclass(frozen=True)
class JobAnswer:
    """What a function said. Without a failure it is a success, or with a token the wish to be called again."""

    continuation_token: str | None = None
    summary: str | None = None
    external_id: str | None = None
    percent: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    failure_type: str | None = None
    failure_message: str | None = None


@dataclass
class Job:
    """A job. ``data`` is what the function and GetJobDetails see; once ``closed``, no answer is taken any more."""

    id: str
    scope: Scope
    execution: Execution
    run: ActionExecution
    data: Mapping[str, Any]
    answer: JobAnswer | None = None
    closed: bool = False


class Jobs:
    """The jobs of every region; a job is known in its action's region only."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._jobs: dict[tuple[Scope, str], Job] = {}

    def create(self, execution: Execution, run: ActionExecution, data: Mapping[str, Any]) -> Job:
        """A job that waits for its answer."""
        scope = Scope(execution.pipeline.account, run.action.region)
        job = Job(str(uuid.uuid4()), scope, execution, run, data)
        with self._state.changed:
            self._jobs[scope, job.id] = job
        return job

    def get(self, scope: Scope, job_id: str) -> Job:
        """The job of that id.

        Raises:
            ApiError: JobNotFoundException.
        """
        with self._state.changed:
            try:
                return self._jobs[scope, job_id]
            except KeyError:
                raise ApiError("JobNotFoundException", f"No job with the ID {job_id} exists.") from None

    def answer(self, scope: Scope, job_id: str, answer: JobAnswer) -> None:
        """Take a function's answer.

        Raises:
            ApiError: JobNotFoundException; InvalidJobStateException where it was answered before, timed out, or its
                action has ended; ValidationException and OutputVariablesSizeExceededException for the variables.
        """
        _check_variables(answer)
        with self._state.changed:
            job = self.get(scope, job_id)
            if job.closed or job.execution.given_up(job.run):
                raise ApiError("InvalidJobStateException", f"The job {job_id} is not waiting for a result.")
            job.answer = answer
            job.closed = True
            self._state.changed.notify_all()

    def wait(self, job: Job, seconds: float, real_seconds: float) -> JobAnswer | None:
        """The answer; None where the action is given up, or none comes in so many of AWS's and of real seconds."""

        def over() -> bool:
            return job.closed or job.execution.given_up(job.run)

        wait_until(self._state, self._clock, over, seconds, real_seconds)
        with self._state.changed:
            job.closed = True
            return job.answer


def _check_variables(answer: JobAnswer) -> None:
    if answer.variables and answer.continuation_token is not None:
        raise ApiError("ValidationException", "outputVariables can be included only without a continuation token.")
    if empty := [key for key, value in answer.variables.items() if not value]:  # stricter than what AWS documents
        raise ApiError("ValidationException", f"The output variable {empty[0]} has no value.")
    size = sum(len(key.encode()) + len(value.encode()) for key, value in answer.variables.items())
    if size > VARIABLES_LIMIT:
        raise ApiError(
            "OutputVariablesSizeExceededException", f"The output variables have {size} bytes, over {VARIABLES_LIMIT}."
        )
