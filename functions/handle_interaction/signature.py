"""Slack's signature, on the raw bytes of a request.

https://docs.slack.dev/authentication/verifying-requests-from-slack. slack_sdk's verifier raises on a timestamp that is
no number, on a signature that is not ASCII and on a body that is not UTF-8, which anybody may send.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping

WINDOW_SECONDS = 300
TIMESTAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


def genuine(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    """Whether Slack signed this body with the secret within the last five minutes. ``headers`` have lower-case names;
    ``now`` is in epoch seconds. The comparison takes the same time wherever the signatures differ."""
    timestamp, given = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    signed = hmac.new(secret.encode(), b"v0:" + timestamp.encode("utf-8", "replace") + b":" + body, hashlib.sha256)
    same = hmac.compare_digest(f"v0={signed.hexdigest()}".encode(), given.encode("utf-8", "replace"))
    fresh = bool(_TIMESTAMP.fullmatch(timestamp)) and abs(now - int(timestamp)) <= WINDOW_SECONDS
    return same and fresh
