"""Whoever has to be told is told, whatever AWS refuses between the claim and the reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.builders import events
from tests.builders.releases import SUBJECT
from tests.integration.update_card.test_publisher import (
    CHANNEL,
    asking,
    function,  # noqa: F401 - the fixture behind ``ready``
    ready,  # noqa: F401 - the fixture
    replies,
)
from update_card import handler as module
from update_card.card_channels import CardChannels
from update_card.told_moments import ToldMoments

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.update_card.test_publisher import Function

BUSY = ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "UpdateItem")


def throttled[**P, R](call: Callable[P, R], number: int) -> Callable[P, R]:
    """The same call, which is refused once: at the call of that number."""
    asked = iter(range(1, 100))

    def asking_once_too_often(*args: P.args, **kwargs: P.kwargs) -> R:
        if next(asked) == number:
            raise BUSY
        return call(*args, **kwargs)

    return asking_once_too_often


def test_f54_regions_that_fail_together_are_told_although_the_second_claim_was_throttled(
    ready: Function,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    for region in ("us-east-1", "eu-west-1"):
        ready.happen(events.action("Deploy", region, "FAILED", 9, region=region))
    monkeypatch.setattr(ToldMoments, "update", throttled(ToldMoments.update, 2))
    assert ready.run() == (2, 2)
    assert replies(ready) == []
    module._showing().show(SUBJECT, CHANNEL)  # what the queue does once its message is visible again
    (reply,) = replies(ready)
    assert reply["text"].count("failed: the deploy action failed") == 2


def test_f54_where_a_thread_takes_no_reply_the_channel_is_told_although_asking_for_it_was_throttled(
    ready: Function,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.postMessage", error="cannot_reply_to_message", times=2)
    ready.happen(asking())
    monkeypatch.setattr(CardChannels, "of", throttled(CardChannels.of, 1))
    assert ready.run() == (1, 1)
    module._showing().show(SUBJECT, CHANNEL)
    (told,) = [message for message in ready.slack.messages() if not message["metadata"]]
    assert "Approve / Sign-off" in told["text"]
