"""Texts of others on one line, and times, in the form that findings and cards use."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

ELLIPSIS = "…"
LIMIT = 160
# The metadata of a dataclass's field that others compare or hand on: it stays as it is.
EXACT: Mapping[str, bool] = {"exact": True}
# What Unicode takes for printable, and nobody sees: joiners, fillers, variation selectors, an empty Braille cell.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


# User and password before a host, as in https://user:word@host/
_CREDENTIALS = re.compile(r"(?<=://)[^\s/?#]*@")
# What signs an address, or stands for who asks: whoever has the address may do what it is for.
# https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/ (url.full), RFC 6750 and
# https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
_SIGNATURES = re.compile(
    r"(?<=[?&])(x-amz-(?:signature|credential|security-token)|x-goog-signature|awsaccesskeyid|signature|sig"
    r"|access_token|token)=[^\s&#]*",
    re.IGNORECASE,
)


def one_line(text: str, limit: int | None = None) -> str:
    """The text on one line of at most ``limit`` characters, without control, direction and invisible characters, and
    without the credentials and signatures of the URLs in it."""
    visible = _UNSEEN.sub("", text)
    if not visible.isprintable():
        kept = (each if each.isprintable() else " " if each.isspace() else "" for each in visible)
        visible = "".join(kept)
    line = " ".join(visible.split())
    line = _CREDENTIALS.sub("", line) if "@" in line else line
    line = _SIGNATURES.sub(r"\1=REDACTED", line) if "=" in line else line
    return line if limit is None else cut_line(line, limit)


def cut_line(line: str, limit: int) -> str:
    """At most ``limit`` characters of a line, and where there are more the sign that it goes on."""
    return line if len(line) <= limit else line[: limit - len(ELLIPSIS)] + ELLIPSIS


def on_one_line(value: Any) -> Any:
    """The same value with each text in it on one line: in tuples, mappings and dataclasses, but in no EXACT field."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, tuple):
        return tuple(map(on_one_line, value))
    if isinstance(value, Mapping):
        return {on_one_line(key): on_one_line(each) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        told = (each.name for each in fields(value) if "exact" not in each.metadata)
        return replace(value, **{name: on_one_line(getattr(value, name)) for name in told})
    return value


def shortened(text: str, limit: int = LIMIT) -> str:
    """The text on one line, cut between words where it is longer than ``limit`` characters."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    head = line[: limit - len(ELLIPSIS)]
    return f"{head.rpartition(' ')[0] or head}{ELLIPSIS}"


def moment(epoch: float) -> str:
    """A time in epoch seconds as ``2026-03-04T10:00:20Z``."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def listed(names: Sequence[str], most: int = 4, things: str = "regions") -> str:
    """Names as people say them, ``a, b and c``; of more than ``most`` how many ``things`` they are."""
    if len(names) > most:
        return f"{len(names)} {things}"
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
