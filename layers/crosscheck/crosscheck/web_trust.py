"""Whom we trust to certify addresses that are not AWS's: Slack's, and those that http checks look at."""

import ssl
from functools import cache


@cache
def web_trust() -> ssl.SSLContext:
    """The CAs of the system, loaded once per process: that takes 50 ms of a full core. Connections share it."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
