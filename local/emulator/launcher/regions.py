"""A request to a region that does not exist is refused, as AWS refuses one to a region that is not enabled."""

import asyncio
import json
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import botocore.session
from ministack.core import router

from local.emulator.launcher.service_events import App

CODE = "UnrecognizedClientException"
MESSAGE = "The security token included in the request is invalid."


@cache
def _known() -> frozenset[str]:
    """Every region of every partition that botocore's data names."""
    data = botocore.session.get_session().get_data("partitions")
    return frozenset(region for partition in data["partitions"] for region in partition["regions"])


def _headers(scope: Any) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _signed_region(scope: Any) -> str | None:
    query = parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True)
    region: str | None = router.extract_signed_region(_headers(scope), query)
    return region


def _refusal(region: str, scope: Any) -> tuple[bytes, bytes]:
    """Content type and body of the error, in XML where the service's protocol has it."""
    headers = _headers(scope)
    message = f"{MESSAGE} There is no region {region}."
    if "/s3/aws4_request" in headers.get("authorization", "") or "form" in headers.get("content-type", ""):
        error = f"<Code>{CODE}</Code><Message>{message}</Message>"
        return b"text/xml", f"<ErrorResponse><Error>{error}</Error></ErrorResponse>".encode()
    return b"application/json", json.dumps({"__type": CODE, "message": message}).encode()


def guarded(app: App) -> App:
    """Refuse requests that are signed for an unknown region."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        region = _signed_region(scope) if scope["type"] == "http" else None
        if region is None or region in _known():
            await app(scope, receive, send)
            return
        content_type, body = _refusal(region, scope)
        while (await receive()).get("more_body"):
            await asyncio.sleep(0)
        headers = [(b"content-type", content_type), (b"x-amzn-errortype", CODE.encode())]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application
