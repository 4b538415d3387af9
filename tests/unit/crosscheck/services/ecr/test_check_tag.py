"""The tag of an image is proven as well as its digest: whoever pulls by the tag would get another image."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crosscheck.contracts.verdicts import Verdict
from crosscheck.images.reference import short
from tests.fakes.ecr import PUSHED
from tests.fakes.ecr_replicas import EU, HOME, REPOSITORY, Replicas, by_digest, by_tag
from tests.fakes.json_protocol import RefusedError

TAG = "1"


class Retagged(Replicas):
    """The destination has the image, and under its tag an older one."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.older = self.destination.push(REPOSITORY, TAG, salt="older")
        self.destination.copy(self.source, REPOSITORY)
        self.source.report(self.digest, EU, "COMPLETE")

    @property
    def lack(self) -> str:
        return f"my-service@{short(self.digest)} is in eu-west-1, but 1 is {short(self.older)} there: "


class Repushed(Replicas):
    """A release began while the tag's image was in both registries; minutes later somebody pushed the tag anew, and the
    destination has that image without it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.destination.copy(self.source, REPOSITORY)
        self.destination.tags[REPOSITORY, TAG] = self.digest
        self.destination.mutability = "IMMUTABLE"
        self.check = replace(by_tag(), since=self.now.timestamp())
        assert self.run(self.check).verdict is Verdict.PASS
        self.newest = self.source.push(REPOSITORY, TAG, salt="newest")
        self.pushed = self.source.pushed[self.newest] = self.now + timedelta(minutes=5)
        self.now += timedelta(minutes=10)

    def arrive(self) -> None:
        self.destination.copy(self.source, REPOSITORY)
        self.source.report(self.newest, EU, "COMPLETE")


@pytest.fixture
def repushed() -> Repushed:
    return Repushed()


@pytest.fixture
def world() -> Retagged:
    return Retagged()


def test_a_tag_that_stays_behind_fails_with_both_digests(world: Retagged) -> None:
    finding = world.run(by_digest(world.digest, TAG))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (
        f"{world.lack}its replication from us-east-1 is COMPLETE, and the tag did not come; give 1 to this image there "
        "by hand, or push under a new tag"
    )


def test_an_immutable_tag_never_moves_and_fails_at_once(world: Retagged) -> None:
    world.destination.mutability = "IMMUTABLE"
    world.now = PUSHED + timedelta(seconds=5)
    finding = world.run(by_digest(world.digest, TAG))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (
        f"{world.lack}tags of my-service are immutable there, so 1 will never move; delete it there and give 1 to this "
        "image there by hand, or push under a new tag"
    )


@pytest.mark.parametrize(
    ("mutability", "exceptions", "verdict"),
    [
        ("IMMUTABLE_WITH_EXCLUSION", ["v*", "1"], Verdict.PENDING),
        ("IMMUTABLE_WITH_EXCLUSION", ["v*"], Verdict.FAIL),
        ("MUTABLE_WITH_EXCLUSION", ["*"], Verdict.FAIL),
        ("MUTABLE_WITH_EXCLUSION", ["1.*"], Verdict.PENDING),
    ],
)
def test_a_repository_may_except_tags(
    world: Retagged, mutability: str, exceptions: list[str], verdict: Verdict
) -> None:
    world.destination.mutability, world.destination.exceptions = mutability, exceptions
    world.now = PUSHED + timedelta(seconds=5)
    assert world.run(by_digest(world.digest, TAG)).verdict is verdict


def test_a_replication_in_progress_is_waited_for_even_where_tags_are_immutable(world: Retagged) -> None:
    world.destination.mutability = "IMMUTABLE"
    world.source.statuses.clear()
    world.source.report(world.digest, EU, "IN_PROGRESS")
    finding = world.run(by_digest(world.digest, TAG))
    assert finding.verdict is Verdict.PENDING
    assert finding.reason == f"{world.lack}its replication from us-east-1 is in progress"


def test_an_older_image_under_a_new_tag_gets_time_from_the_push_of_the_tag(world: Retagged) -> None:
    check = by_digest(world.digest, TAG, pushed=world.now - timedelta(minutes=14))
    finding = world.run(check)
    assert finding.verdict is Verdict.PENDING
    assert finding.reason.endswith("the image has come from us-east-1, its tag may be on its way")
    world.now += timedelta(minutes=2)
    assert world.run(check).verdict is Verdict.FAIL


@pytest.mark.parametrize("tagged_there", ["older", "newest"])
def test_a_tag_that_a_newer_push_has_taken_gave_way(world: Retagged, tagged_there: str) -> None:
    newest = world.source.push(REPOSITORY, TAG, salt="newest")
    if tagged_there == "newest":
        world.destination.push(REPOSITORY, TAG, salt="newest")
    finding = world.run(by_digest(world.digest, TAG))
    assert finding.verdict is Verdict.PASS
    assert finding.reason == (
        f"my-service@{short(world.digest)} is in eu-west-1; its tag gave way: 1 is {short(newest)} in us-east-1 now"
    )


def test_a_tag_that_was_deleted_in_the_source_gave_way(world: Retagged) -> None:
    del world.source.tags[REPOSITORY, TAG]
    finding = world.run(by_digest(world.digest, TAG))
    assert finding.verdict is Verdict.PASS
    assert finding.reason.endswith("its tag gave way: 1 was deleted in us-east-1")


def test_an_image_without_any_tag_cannot_be_pulled_by_it(world: Retagged) -> None:
    del world.destination.tags[REPOSITORY, TAG]
    world.destination.mutability = "IMMUTABLE"
    check = by_digest(world.digest, TAG)
    finding = world.run(check)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.startswith(f"my-service@{short(world.digest)} is in eu-west-1, but not under its tag 1: its")
    world.now = PUSHED + timedelta(minutes=5)
    assert world.run(check).verdict is Verdict.PENDING


def test_no_rule_will_ever_bring_the_tag_of_an_image_that_came_another_way(world: Retagged) -> None:
    world.source.statuses.clear()
    world.source.rules.clear()
    finding = world.run(by_digest(world.digest, TAG))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.startswith(f"{world.lack}the registry in us-east-1 has no replication rule")


def test_a_plan_that_names_the_tag_is_judged_the_same(world: Retagged) -> None:
    assert world.run(by_tag()).verdict is Verdict.FAIL
    assert world.run(by_tag(HOME)).verdict is Verdict.PASS


def test_what_is_pulled_by_its_digest_needs_no_tag(world: Retagged) -> None:
    assert world.run(by_digest(world.digest)).verdict is Verdict.PASS


def test_a_tag_in_its_place_passes_with_one_call(world: Retagged) -> None:
    world.destination.tags[REPOSITORY, TAG] = world.digest
    world.destination.calls.clear()
    assert world.run(by_digest(world.digest, TAG)).verdict is Verdict.PASS
    assert [name for name, _ in world.destination.calls] == ["DescribeImages"]
    assert world.source.calls == []


def test_a_source_that_does_not_tell_its_tag_is_inconclusive(world: Retagged) -> None:
    world.source.refuse("DescribeImages", RefusedError("AccessDeniedException"))
    finding = world.run(by_digest(world.digest, TAG))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "DescribeImages in us-east-1 was refused: AccessDeniedException"


def test_what_somebody_pushed_under_the_tag_since_the_release_began_is_no_failure_of_it(repushed: Repushed) -> None:
    repushed.arrive()
    finding = repushed.run(repushed.check)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.startswith(
        f"the tag moved since the release began: 1 was pushed to us-east-1 at 2026-01-05T10:35:00Z; my-service@"
        f"{short(repushed.newest)} is in eu-west-1, but 1 is {short(repushed.digest)} there: "
    )


def test_what_was_pushed_since_the_release_began_is_waited_for_outside_of_its_deadline(repushed: Repushed) -> None:
    repushed.source.report(repushed.newest, EU, "IN_PROGRESS")
    finding = repushed.run(repushed.check)
    assert (finding.verdict, finding.waits) == (Verdict.PENDING, True)
    repushed.now = repushed.pushed + timedelta(minutes=30)
    finding = repushed.run(repushed.check)
    assert (finding.verdict, finding.waits) == (Verdict.INCONCLUSIVE, False)
    assert finding.reason.endswith("its replication from us-east-1 is in progress")


def test_what_was_pushed_since_the_release_began_passes_once_it_is_there_under_its_tag(repushed: Repushed) -> None:
    repushed.arrive()
    repushed.destination.tags[REPOSITORY, TAG] = repushed.newest
    assert repushed.run(repushed.check).verdict is Verdict.PASS


@pytest.mark.parametrize("since", [timedelta(), timedelta(minutes=1)])
def test_what_was_pushed_before_the_release_began_is_its_own(repushed: Repushed, since: timedelta) -> None:
    repushed.arrive()
    check = replace(repushed.check, since=(repushed.pushed + since).timestamp())
    assert repushed.run(check).verdict is Verdict.FAIL


def test_where_nobody_knows_when_the_release_began_the_tag_is_judged_as_it_is(repushed: Repushed) -> None:
    repushed.arrive()
    assert repushed.run(by_tag()).verdict is Verdict.FAIL


def test_an_image_that_is_named_by_its_digest_does_not_move_with_its_tag(repushed: Repushed) -> None:
    """The check of a push knows that as its beginning, and the registry's own time may be a moment later."""
    repushed.arrive()
    check = by_digest(repushed.newest, TAG, pushed=repushed.pushed - timedelta(seconds=1))
    assert repushed.run(check).verdict is Verdict.FAIL
