"""How a signature is compared: nobody learns from the time that it takes how much of theirs was right."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from handle_interaction import signature
from tests.builders.interactions import NOW, SIGNS

BODY = b"payload=%7B%7D"
FRESH = f"{NOW:.0f}"
GENUINE = f"v0={hmac.new(SIGNS.encode(), b'v0:' + FRESH.encode() + b':' + BODY, hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize("given", [GENUINE, GENUINE[:-1], GENUINE.upper(), "v0=" + "0" * 64, "", "é\ud800"])
@pytest.mark.parametrize("timestamp", [FRESH, f"{NOW - 301:.0f}", "soon", ""])
def test_f43_every_signature_is_compared_in_whole_whatever_else_is_wrong(
    monkeypatch: pytest.MonkeyPatch, given: str, timestamp: str
) -> None:
    compared: list[tuple[int, Any]] = []
    in_constant_time = hmac.compare_digest

    def counted(expected: Any, other: Any) -> bool:
        compared.append((len(expected), other))
        return in_constant_time(expected, other)

    monkeypatch.setattr("handle_interaction.signature.hmac.compare_digest", counted)
    headers = {signature.TIMESTAMP: timestamp, signature.SIGNATURE: given}
    assert signature.genuine(headers, BODY, SIGNS, NOW) == (given == GENUINE and timestamp == FRESH)
    assert compared == [(len(GENUINE), given.encode("utf-8", "replace"))]
