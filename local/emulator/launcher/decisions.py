"""What IAM decides about services that are not ministack's, for the account's own engines, which show their token.

``POST /_crosscheck/decisions`` with ``{"key", "region", "action", "resource"}`` is answered with ``{}`` where the key's
policies allow that, else with the ``code`` and the ``message`` of the refusal.
"""

import hmac
import json
from typing import Any

from ministack.core import iam_actions, iam_evaluator, responses

from local.emulator.launcher.service_events import TOKEN_HEADER, App

PATH = "/_crosscheck/decisions"
_JSON_PROTOCOL = {"x-amz-target": "any"}  # what tells ministack how to spell a refusal


def answered(app: App, token: str) -> App:
    """Answer questions to IAM; everything else is the application's."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await app(scope, receive, send)
            return
        body = await _body(receive)
        known = hmac.compare_digest(dict(scope["headers"]).get(TOKEN_HEADER, b""), token.encode())
        answer = json.dumps(_refusal(**json.loads(body)) if known else {}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200 if known else 403, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return application


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _refusal(key: str, region: str, action: str, resource: str) -> dict[str, str]:
    """Its code and message; empty where there is none."""
    responses.set_request_account_id(iam_evaluator.find_iam_access_key_account(key) or key)
    responses.set_request_region(region)
    service = action.partition(":")[0]
    denied = iam_evaluator.enforce(key, action, service, region, resource_arn=resource)
    if denied is None:
        return {}
    if isinstance(denied, iam_evaluator.AuthError):
        failure = iam_actions._auth_failure  # noqa: SLF001 - ministack offers no public name
        code, _, message = failure(service, denied.code, denied.message, _JSON_PROTOCOL)
        return {"code": code, "message": message}
    explicit = denied.decision == "Deny"
    message = iam_actions.identity_denial_message(action, denied.principal_arn, resource, explicit)
    return {"code": "AccessDeniedException", "message": message}
