"""A service of the emulator with some of its operations changed on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from local.aws_json.errors import ApiError
from local.aws_json.messages import BAD_REQUEST, OK, Answer, Json, Request, success
from local.aws_json.model import pruned_answer
from local.aws_json.upstream import Upstream


@dataclass(frozen=True)
class Overlay:
    """``before`` refuses what the emulator would take; ``after`` gets its answer and gives the caller's.

    Each request is sent to the emulator as well: its refusals stand.
    """

    upstream: Upstream
    before: Mapping[str, Callable[[Request], None]]
    after: Mapping[str, Callable[[Request, Json], Json]]

    def __call__(self, request: Request) -> Answer:
        """The answer.

        Raises:
            ApiError: whatever an operation refuses, or the emulator where it is asked a question for the answer.
            ResponseViolatesModelError: the operation answers what the service never would.
        """
        operation = self.after.get(request.name)
        if operation is None:
            return self.upstream.forward(request)
        request.check()
        try:
            return self._overlaid(request, operation)
        except ClientError as error:
            raise ApiError(error.response["Error"]["Code"], error.response["Error"]["Message"]) from error

    def _overlaid(self, request: Request, operation: Callable[[Request, Json], Json]) -> Answer:
        if check := self.before.get(request.name):
            check(request)
        answer = self.upstream.forward(request)
        if answer.status != OK and not _unknown_to_emulator(answer):
            return answer
        return success(pruned_answer(request.operation, operation(request, answer.parsed)))


def _unknown_to_emulator(answer: Answer) -> bool:
    """The emulator knows no such operation; it says so only to those who may call it."""
    return answer.status == BAD_REQUEST and answer.parsed.get("__type") == "InvalidAction"
