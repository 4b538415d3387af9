"""Delivers an answer: one PUT to the pre-signed URL, repeated until the host takes it.

The URL is a secret and an address from outside. It is never logged, and nothing is sent to a host that is not
CloudFormation's own. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html

Only the standard library is imported here, because ``handler`` answers where the layer is missing.
"""

import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from urllib.parse import urlsplit

# Whoever is first has a bucket's name, in each partition: only the ones of regions that there are belong to AWS.
SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "eu-isoe-": "cloud.adc-e.uk",
    "us-isof-": "csp.hci.ic.gov",
}
PLAIN = re.compile(r"[!-~]+")  # urllib refuses everything else with an error that quotes the address
ATTEMPTS = 5
TIMEOUT_SECONDS = 10


class ForeignHostError(ValueError):
    """The response URL leads to a host that is not CloudFormation's. Nothing was sent."""


class NotDeliveredError(OSError):
    """The host did not take the answer. Lambda delivers the request again, and every step can be repeated."""


def own_hosts(region: str) -> frozenset[str]:
    """The hosts of CloudFormation's bucket for the stacks of a region, whose name it spells without dashes:
    ``cloudformation-custom-resource-response-useast1.s3.amazonaws.com``, ``…-euwest1.s3-eu-west-1.amazonaws.com``,
    ``…-cnnorth1.s3.cn-north-1.amazonaws.com.cn``."""
    bucket = f"cloudformation-custom-resource-response-{region.replace('-', '')}"
    suffix = next((each for start, each in SUFFIXES.items() if region.startswith(start)), "amazonaws.com")
    places = ("s3", f"s3-{region}", f"s3.{region}", f"s3.dualstack.{region}")
    return frozenset(f"{bucket}.{place}.{suffix}" for place in places)


def refuse_foreign(url: str, region: str, local_host: str = "") -> None:
    """Accept only CloudFormation's own S3 hosts for stacks of that region, or exactly ``local_host`` (``host:port``) if
    it is set.

    Raises:
        ForeignHostError: any other address. The text names the host, never the query.
    """
    if not PLAIN.fullmatch(url):
        raise ForeignHostError("the response URL is not a URL")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ForeignHostError("the response URL is not a URL") from error
    if local_host and parts.scheme in {"http", "https"} and parts.netloc == local_host:
        return
    if parts.scheme != "https" or port not in {None, 443} or "@" in parts.netloc or host not in own_hosts(region):
        raise ForeignHostError(f"the response URL leads to {parts.scheme[:10]}://{host[:100]}, not to CloudFormation")


def deliver(
    url: str, content: bytes, region: str, local_host: str = "", sleep: Callable[[float], None] = time.sleep
) -> None:
    """PUT the answer of a stack in that region. The content type is empty, because the URL was signed without one.

    Raises:
        ForeignHostError: the URL is not CloudFormation's.
        NotDeliveredError: every attempt failed.
    """
    refuse_foreign(url, region, local_host)
    for attempt in range(ATTEMPTS):
        problem = _put(url, content)
        if not problem:
            return
        if attempt < ATTEMPTS - 1:
            sleep(0.5 * 2**attempt)
    raise NotDeliveredError(f"the answer was not taken after {ATTEMPTS} attempts: {problem}")


def _put(url: str, content: bytes) -> str:
    """What went wrong, without the address; empty if the host took the answer."""
    request = urllib.request.Request(url, content, {"Content-Type": ""}, method="PUT")  # noqa: S310 - host checked
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 - scheme and host checked
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return f"HTTP status {error.code}"
    except (OSError, HTTPException) as error:
        return type(error).__name__
