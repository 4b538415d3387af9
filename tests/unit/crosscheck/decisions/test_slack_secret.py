"""Slack's secret, as the functions behind a click read it."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crosscheck.decisions.slack_secret import KEEP_SECONDS, SlackSecret
from crosscheck.errors import ConfigurationError


@pytest.mark.parametrize("key", ["bot_token", "signing_secret"])
@pytest.mark.parametrize("value", ["planted\n", "plan ted", "plant\r\ned", "plantéd"])
def test_f50_what_no_header_can_hold_is_told_by_its_form_and_never_quoted(key: str, value: str) -> None:
    kept = SimpleNamespace(get_secret_value=lambda **_: {"SecretString": json.dumps({key: value})})
    clients = SimpleNamespace(client=lambda _service: kept)
    with pytest.raises(ConfigurationError, match=f"the {key} of the Slack secret slack holds a space") as told:
        SlackSecret(cast("Any", clients), "slack").part(key)
    assert "plant" not in str(told.value)


def test_f52_a_rotated_secret_is_known_within_a_minute_and_not_asked_for_at_each_click() -> None:
    values = iter(["first", "second"])
    kept = SimpleNamespace(get_secret_value=lambda **_: {"SecretString": json.dumps({"signing_secret": next(values)})})
    now = 5.0
    secret = SlackSecret(cast("Any", SimpleNamespace(client=lambda _service: kept)), "slack", lambda: now)
    seen = []
    for seconds in (0.0, KEEP_SECONDS - 1.0, 1.0):
        now += seconds
        seen.append(secret.part("signing_secret"))
    assert seen == ["first", "first", "second"]
    assert KEEP_SECONDS <= 60
