"""Functions that answer at once, as a test wants them to."""

import threading
from typing import Any

from tests.unit.local.codepipeline.harness import HOME, Account

_ALWAYS = 1_000


class Verdicts:
    """The functions ``check`` and ``gate``: they succeed unless a test lets them fail."""

    def __init__(self, account: Account, region: str = HOME) -> None:
        self._api = account.api(region)
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[str, int]] = {}
        for name in ("check", "gate"):
            account.aws.client("lambda", region).functions[name] = self._function(name)

    def fail(self, name: str, message: str, times: int = _ALWAYS) -> None:
        with self._lock:
            self._failures[name] = (message, times)

    def _function(self, name: str) -> Any:
        def answer(job: dict[str, Any]) -> None:
            with self._lock:
                message, left = self._failures.get(name, ("", 0))
                self._failures[name] = (message, left - 1)
            if left > 0:
                details = {"type": "JobFailed", "message": message}
                self._api.put_job_failure_result(jobId=job["id"], failureDetails=details)
            else:
                self._api.put_job_success_result(jobId=job["id"])

        return answer
