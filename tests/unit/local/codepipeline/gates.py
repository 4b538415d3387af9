"""A gate function that holds executions until a test lets them go."""

import threading
from typing import Any

from tests.unit.local.codepipeline.harness import HOME, PATIENCE, Account


class HeldGate:
    """The function ``gate``: each execution waits inside until it is released."""

    def __init__(self, account: Account, region: str = HOME) -> None:
        self._api = account.api(region)
        self._changed = threading.Condition()
        self._verdicts: dict[str, str | None] = {}
        self.inside: set[str] = set()
        self.most_at_once = 0
        account.aws.client("lambda", region).functions["gate"] = self._hold

    def held(self, execution: str) -> None:
        """Wait until the execution is inside."""
        with self._changed:
            assert self._changed.wait_for(lambda: execution in self.inside, PATIENCE)

    def release(self, execution: str, failure: str | None = None) -> None:
        with self._changed:
            self._verdicts[execution] = failure
            self._changed.notify_all()

    def _hold(self, job: dict[str, Any]) -> None:
        details = self._api.get_job_details(jobId=job["id"])["jobDetails"]
        execution = details["data"]["pipelineContext"]["pipelineExecutionId"]
        with self._changed:
            self.inside.add(execution)
            self.most_at_once = max(self.most_at_once, len(self.inside))
            self._changed.notify_all()
            released = self._changed.wait_for(lambda: execution in self._verdicts, PATIENCE)
            failure = self._verdicts.pop(execution, None)
            self.inside.remove(execution)
        if not released:
            return
        if failure is None:
            self._api.put_job_success_result(jobId=job["id"])
        else:
            self._api.put_job_failure_result(jobId=job["id"], failureDetails={"type": "JobFailed", "message": failure})
