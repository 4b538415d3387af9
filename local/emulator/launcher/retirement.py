"""A function's code and configuration are updated while it runs.

Ministack kills the execution environments of the old ones at once. On Lambda, an invocation ends with those that it
began with; so an environment retires here, and is killed when its invocation has ended.
"""

import threading
from collections.abc import Iterable
from typing import Any

from ministack.core import lambda_runtime


class RetiringWorker(lambda_runtime.ProvidedWorker):  # type: ignore[misc]  # ministack ships no types
    """An execution environment that ends no earlier than its invocation."""

    def __init__(self, func_name: str, config: dict[str, Any], code_zip: bytes) -> None:
        super().__init__(func_name, config, code_zip)
        self._turn, self._invoked, self._retired = threading.Lock(), False, False

    def retire(self) -> bool:
        """Whether it may be killed now; else that happens when its invocation has ended."""
        with self._turn:
            self._retired = True
            return not self._invoked

    def invoke(self, event: Any, request_id: str, **options: Any) -> dict[str, Any]:
        """As ministack's, and be gone afterwards if it has retired meanwhile."""
        with self._turn:
            self._invoked = True
        try:
            answer: dict[str, Any] = super().invoke(event, request_id, **options)
        finally:
            with self._turn:
                self._invoked = False
            if self._retired:
                self.kill()
        return answer


def install() -> None:
    """Let environments retire instead of being killed."""
    kill = lambda_runtime.kill_workers

    def kill_workers(workers: Iterable[Any]) -> None:
        kill([each for each in workers if not isinstance(each, RetiringWorker) or each.retire()])

    lambda_runtime.kill_workers = kill_workers
