"""Entry point. It imports only the standard library at first, so that it can answer even without the layer.

Without an answer CloudFormation waits for the whole ServiceTimeout, and twice if the stack rolls back.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from provision_regions.custom_resource.respond import deliver, physical_id

MAX_REASON = 400  # characters; with every escape the body stays within 4096 bytes


def answer_failed(event: Mapping[str, object], error: BaseException) -> None:
    """Tell CloudFormation that the function could not start, and why.

    Raises:
        ForeignHostError: the response URL is not CloudFormation's; nothing was sent.
        NotDeliveredError: every attempt failed; Lambda delivers the request again.
    """
    answer = {name: str(event.get(name, "")) for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {
        "Status": "FAILED",
        "Reason": f"the function could not start: {type(error).__name__}: {error}"[:MAX_REASON],
        "PhysicalResourceId": physical_id(event, os.environ.get("AWS_REGION", "-")),
    }
    content = json.dumps(answer, ensure_ascii=False).encode(errors="replace")
    deliver(str(event.get("ResponseURL", "")), content, os.environ.get("CROSSCHECK_RESPONSE_HOST", ""))


def handler(event: dict[str, Any], context: Any) -> None:
    """Serve one custom resource request."""
    try:
        from provision_regions.serve import serve  # noqa: PLC0415 - an import error must be answered
    except Exception as error:  # the answer names whatever keeps the function from starting
        answer_failed(event, error)
        return
    serve(event, context)
