"""A service that is the local account's own: its operations by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from local.aws_json.errors import ApiError
from local.aws_json.messages import Answer, Json, Parameters, Request, Scope, success
from local.aws_json.model import checked_answer


@dataclass(frozen=True)
class Operations[Call]:
    """Answers requests. ``call`` makes what an operation works with, of the account and region that the request is for.

    ``check`` refuses what is wrong before the service's model is asked, ``authorize`` what the caller may not do.
    """

    by_name: Mapping[str, Callable[[Call, Parameters], Json]]
    call: Callable[[Scope], Call]
    check: Callable[[Request], None] | None = None
    authorize: Callable[[Request], None] | None = None

    def __call__(self, request: Request) -> Answer:
        """The answer.

        Raises:
            ApiError: whatever the operation refuses; UnknownOperationException where it is not in the local account.
            ResponseViolatesModelError: the operation answers what the service never would.
        """
        if self.check is not None:
            self.check(request)
        request.check()
        operation = self.by_name.get(request.name)
        if operation is None:
            text = f"The operation {request.name} is not in the local account."
            raise ApiError("UnknownOperationException", text)
        if self.authorize is not None:
            self.authorize(request)
        answer = operation(self.call(request.scope), request.parameters)
        return success(checked_answer(request.operation, answer))


def present(**members: object) -> Json:
    """The members that have a value: services leave the others out."""
    return {name: value for name, value in members.items() if value is not None}


def page[Item](
    items: Sequence[Item], parameters: Parameters, id_of: Callable[[Item], str], default_size: int
) -> tuple[Sequence[Item], str | None]:
    """The items asked for, and the token of the next page. A token is the id of that page's first item.

    Raises:
        ApiError: InvalidNextTokenException.
    """
    start, token = 0, parameters.get("nextToken")
    if token is not None:
        ids = [id_of(item) for item in items]
        if token not in ids:
            raise ApiError("InvalidNextTokenException", "The next token was specified in an invalid format.")
        start = ids.index(token)
    end = start + parameters.get("maxResults", default_size)
    return items[start:end], id_of(items[end]) if end < len(items) else None
