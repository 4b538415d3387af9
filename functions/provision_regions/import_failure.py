"""The answer where the function cannot even be imported. Standard library only, nothing of the layer.

Without it CloudFormation waits for the whole ServiceTimeout, twice if the stack rolls back.
"""

import json
import os
import re
import time
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

from provision_regions.custom_resource.physical_id import physical_id

# The layer may be what is missing, so the pattern of custom_resource.respond is repeated here; a test compares.
OWN_HOST = re.compile(
    r"cloudformation-custom-resource-response-[a-z]+[0-9]"
    r"\.s3(?:[.-](?:dualstack\.)?[a-z]{2,4}(?:-[a-z]+)+-[0-9])?"
    r"\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)
MAX_REASON = 400  # characters; with every escape the body stays within 4096 bytes
ATTEMPTS = 4


def answer_failed(event: Mapping[str, object], error: BaseException) -> None:
    """Tell CloudFormation that the function could not start, and why.

    Raises:
        ValueError: the response URL is not CloudFormation's; nothing was sent.
        OSError: no attempt was taken; Lambda delivers the request again.
    """
    url = str(event.get("ResponseURL", ""))
    parts = urlsplit(url)
    local = os.environ.get("CROSSCHECK_RESPONSE_HOST", "")
    own = parts.scheme == "https" and bool(OWN_HOST.fullmatch(parts.netloc.removesuffix(":443")))
    if not own and not (local and parts.scheme in {"http", "https"} and parts.netloc == local):
        raise ValueError(f"the response URL leads to {parts.hostname}, not to CloudFormation")
    _put(url, _body(event, f"the function could not start: {type(error).__name__}: {error}"[:MAX_REASON]))


def _body(event: Mapping[str, object], reason: str) -> bytes:
    answer = {name: str(event.get(name, "")) for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "FAILED", "Reason": reason}
    answer["PhysicalResourceId"] = physical_id(event, os.environ.get("AWS_REGION", "-"))
    return json.dumps(answer, ensure_ascii=False).encode(errors="replace")


def _put(url: str, content: bytes) -> None:
    request = urllib.request.Request(url, content, {"Content-Type": ""}, method="PUT")  # noqa: S310 - host checked
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - scheme and host checked
                return
        except OSError:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(0.5 * 2**attempt)
