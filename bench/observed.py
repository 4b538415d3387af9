"""What a function's process runs before the runtime client takes over, so that it can be measured.

``CROSSCHECK_OBSERVE`` names a directory; the process writes its lines into a file of its own there, one JSON document
each. Every wait for an invocation is told with the CPU seconds so far. With ``CROSSCHECK_OBSERVE_CALLS`` the
environment, events, AWS calls and answers are told, too; that costs time, so nobody measures time then.
"""

import base64
import io
import json
import os
import time
from pathlib import Path
from typing import Any

from awslambdaric import lambda_runtime_client

OUT = (Path(os.environ["CROSSCHECK_OBSERVE"]) / f"{os.getpid()}.jsonl").open("w", buffering=1)


def tell(**line: Any) -> None:
    """Write a line."""
    OUT.write(json.dumps(line, default=_text) + "\n")


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes | bytearray) else value.isoformat()


def _peak() -> int:
    """The most memory so far, in KB. The maximum that getrusage tells would be that of the process that forked it."""
    [line] = [each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1])


def _observe_waits() -> None:
    wait = lambda_runtime_client.LambdaRuntimeClient.wait_next_invocation

    def waiting(client: Any) -> Any:
        tell(kind="wait", cpu=time.process_time(), peak=_peak())
        request = wait(client)
        if "CROSSCHECK_OBSERVE_CALLS" in os.environ:
            tell(kind="event", event=request.event_body, arn=request.invoked_function_arn)
        return request

    lambda_runtime_client.LambdaRuntimeClient.wait_next_invocation = waiting


def _observe_calls() -> None:
    from botocore import client as clients  # noqa: PLC0415 - the layer's, imported only where no time is measured
    from botocore import httpsession  # noqa: PLC0415 - as above
    from urllib3 import HTTPResponse  # noqa: PLC0415 - as above

    base: Any = clients.BaseClient  # the stubs know nothing of what botocore has no public place for
    session_class: Any = httpsession.URLLib3Session
    call, send = base._make_api_call, session_class.send  # noqa: SLF001 - as above

    def calling(client: Any, operation: str, parameters: Any) -> Any:
        service, region = client.meta.service_model.service_name, client.meta.region_name
        tell(kind="call", service=service, region=region, operation=operation, parameters=parameters)
        return call(client, operation, parameters)

    def sending(session: Any, request: Any) -> Any:
        answer = send(session, request)
        content, headers = answer.content, dict(answer.headers)
        answer.raw = HTTPResponse(io.BytesIO(content), headers, answer.status_code, preload_content=False)
        sent = request.body or b""
        tell(
            kind="answer",
            method=request.method,
            url=request.url,
            headers=dict(request.headers),
            body=sent.read() if hasattr(sent, "read") else sent,
            status=answer.status_code,
            answered=headers,
            content=base64.b64encode(content).decode(),
        )
        return answer

    base._make_api_call, session_class.send = calling, sending  # noqa: SLF001 - as above


_observe_waits()
if "CROSSCHECK_OBSERVE_CALLS" in os.environ:
    _observe_calls()
    tell(kind="start", environment=dict(os.environ))
