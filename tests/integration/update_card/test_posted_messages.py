from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import tables
from tests.builders.releases import SUBJECT
from update_card.posted_messages import CLAIM_SECONDS, PostedMessage, PostedMessages

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Clock:
    """A clock that a test turns."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def messages(ledger_table: DynamoDBClient, clock: Clock) -> PostedMessages:
    return PostedMessages(ledger_table, tables.NAME, 90, clock)


def test_nothing_is_posted_at_first(messages: PostedMessages) -> None:
    assert messages.find(SUBJECT) is None


def test_f56_a_card_is_kept_where_every_version_looks_for_it(
    messages: PostedMessages, ledger_table: DynamoDBClient
) -> None:
    messages.claim(SUBJECT)
    key = {"pk": {"S": f"card#{SUBJECT.key}"}, "sk": {"S": "card"}}
    assert ledger_table.get_item(TableName=tables.NAME, Key=key)["Item"]["claimed_until"]


def test_f06_only_one_of_two_may_post(messages: PostedMessages) -> None:
    assert messages.claim(SUBJECT)
    assert not messages.claim(SUBJECT)


def test_f07_a_claim_ends_by_itself_after_a_crash(messages: PostedMessages, clock: Clock) -> None:
    messages.claim(SUBJECT)
    clock.now += CLAIM_SECONDS + 1
    assert messages.claim(SUBJECT)


def test_f06_what_was_just_posted_is_found_by_the_next_one(
    messages: PostedMessages, ledger_table: DynamoDBClient
) -> None:
    tables.lag_behind(ledger_table)
    posted = PostedMessage("C0RELEASES", "1.1", "digest")
    messages.save(SUBJECT, posted)
    assert messages.find(SUBJECT) == posted


def test_a_claim_can_be_given_back(messages: PostedMessages) -> None:
    messages.claim(SUBJECT)
    messages.unclaim(SUBJECT)
    assert messages.claim(SUBJECT)


def test_what_is_posted_is_found_and_never_claimed_again(messages: PostedMessages, clock: Clock) -> None:
    messages.claim(SUBJECT)
    posted = PostedMessage("C0RELEASES", "1.1", "digest")
    messages.save(SUBJECT, posted)
    assert messages.find(SUBJECT) == posted
    clock.now += CLAIM_SECONDS + 1
    assert not messages.claim(SUBJECT)


def test_f06_f70_only_one_may_post_in_place_of_a_message_which_stays_until_then(messages: PostedMessages) -> None:
    before = PostedMessage("C0RELEASES", "1.1", "old")
    messages.claim(SUBJECT)
    messages.save(SUBJECT, before)
    assert messages.claim(SUBJECT, instead_of="1.1")
    assert not messages.claim(SUBJECT, instead_of="1.1")
    assert messages.find(SUBJECT) == before
    messages.unclaim(SUBJECT, instead_of="1.1")
    assert messages.claim(SUBJECT, instead_of="1.1")
    anew = PostedMessage("C0RELEASES", "2.2", "new", continues="1.1")
    messages.save(SUBJECT, anew)
    assert messages.find(SUBJECT) == anew
    assert not messages.claim(SUBJECT, instead_of="1.1")
    assert messages.claim(SUBJECT, instead_of="2.2")


def test_the_message_does_not_count_as_a_fact_of_the_release(
    messages: PostedMessages, ledger_table: DynamoDBClient
) -> None:
    messages.save(SUBJECT, PostedMessage("C0RELEASES", "1.1", "new"))
    found = ledger_table.query(
        TableName=tables.NAME,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": SUBJECT.key}},
    )
    assert found["Items"] == []
