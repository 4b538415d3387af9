"""PutEvents for the account's own engines, which speak for AWS services as ``aws.codepipeline`` does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from local.clients import Aws

if TYPE_CHECKING:
    from local.events import PutsEvents

# The launcher knows the name too; it runs in another environment.
TOKEN_HEADER = "X-Crosscheck-Service-Token"  # noqa: S105 - the name of a header


class EventRefusedError(RuntimeError):
    """EventBridge refused an event; says the code and the message of its answer."""


def service_event_putter(aws: Aws, token: str) -> PutsEvents:
    """Puts events with any source, ``aws.*`` included, while everybody else is refused those as on AWS.

    ``token`` is the emulator's ``service_token``. Clients of ``aws`` itself stay without it.

    Raises:
        EventRefusedError: from the call, when EventBridge does not take the event.
    """
    privileged = Aws(aws.endpoint, aws.endpoints)

    def sign(request: Any, **_: object) -> None:
        request.headers[TOKEN_HEADER] = token

    def put(region: str, entry: Mapping[str, Any]) -> None:
        events = privileged.client("events", region)
        events.meta.events.register("before-sign.events.PutEvents", sign, unique_id="crosscheck-service-token")
        answer = events.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            refused = answer["Entries"][0]
            raise EventRefusedError(f"{refused['ErrorCode']}: {refused['ErrorMessage']}")

    return put
