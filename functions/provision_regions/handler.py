"""Entry point. It imports only the standard library at first, so that it can answer even without the layer.

Without an answer CloudFormation waits for the whole ServiceTimeout, and twice if the stack rolls back.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from provision_regions.custom_resource.request import body, failed, read_request
from provision_regions.custom_resource.respond import deliver

with suppress(Exception):  # what keeps the function from starting is the answer to the first request
    import provision_regions.serve  # noqa: F401 - in the init phase Lambda gives a full core


def answer_failed(event: Mapping[str, object], error: BaseException) -> None:
    """Tell CloudFormation that the function could not start, and why.

    Raises:
        ForeignHostError: the response URL is not CloudFormation's; nothing was sent.
        NotDeliveredError: every attempt failed; Lambda delivers the request again.
    """
    request = read_request(event, os.environ.get("AWS_REGION", "-"))
    answer = failed(f"the function could not start: {type(error).__name__}: {error}")
    local_host = os.environ.get("CROSSCHECK_RESPONSE_HOST", "")
    deliver(request.response_url, body(request, answer), request.home_region, local_host)


def handler(event: dict[str, Any], context: Any) -> None:
    """Serve one custom resource request."""
    try:
        from provision_regions.serve import serve  # noqa: PLC0415 - an import error must be answered
    except Exception as error:  # the answer names whatever keeps the function from starting
        answer_failed(event, error)
        return
    serve(event, context)
