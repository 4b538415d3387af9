"""The words and the moments of the rules, which a look at a whole registry does not tell apart."""

from __future__ import annotations

import pytest

from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.ecr.replica import Replica, SourceImage
from crosscheck.services.ecr.replication import Replication, ReplicationState, Rule
from crosscheck.services.ecr.rules import SETTLING, TAG_SECONDS, before_the_rule, tag_stays, unlisted, what_lacks

HOME, AWAY = "us-east-1", "eu-west-1"
DIGEST = "sha256:" + "ab" * 32
CHILDREN = ["sha256:" + "cd" * 32, "sha256:" + "ef" * 32]
IMAGE = SourceImage("shop", DIGEST, HOME, tag="7")
RULE = Rule(frozenset({AWAY}), ())


@pytest.mark.parametrize(
    ("age", "verdict"), [(TAG_SECONDS - 1, Verdict.PENDING), (TAG_SECONDS, Verdict.FAIL), (900, Verdict.FAIL)]
)
def test_a_tag_is_waited_for_a_quarter_of_an_hour(age: float, verdict: Verdict) -> None:
    assert tag_stays(IMAGE, age, immutable=False).verdict is verdict


@pytest.mark.parametrize(("missing", "words"), [(CHILDREN[:1], "cdcdcdcdcdcd"), (CHILDREN, "cdcdcdcdcdcd and 1 more")])
def test_children_that_are_missing_are_counted(missing: list[str], words: str) -> None:
    told = what_lacks(IMAGE, Replica({}, frozenset(missing)), AWAY, "")
    assert told.endswith(f"without its child manifest sha256:{words}")


def test_a_push_is_given_a_minute_to_be_listed() -> None:
    seen = Replication(ReplicationState.UNLISTED, pushed=1_000.0)
    waited = unlisted([RULE], seen, IMAGE, AWAY, HOME, 1_059.0)
    assert waited
    assert waited.verdict is Verdict.PENDING
    assert unlisted([RULE], seen, IMAGE, AWAY, HOME, 1_000.0 + SETTLING) is None
    assert SETTLING == 60


def test_a_push_of_which_the_time_is_not_known_says_so() -> None:
    told = before_the_rule(Replication(ReplicationState.UNLISTED), IMAGE, AWAY, "")
    assert "(this was pushed at an unknown time)" in told.reason
    known = before_the_rule(Replication(ReplicationState.UNLISTED, pushed=1_767_607_200.0), IMAGE, AWAY, "")
    assert "(this was pushed 2026-01-05 10:00 UTC)" in known.reason
