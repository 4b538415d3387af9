from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crosscheck.contracts.verdicts import Verdict
from crosscheck.images.reference import short
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.services.ecr.check import planned_replica
from tests.fakes.ecr_replicas import EU, HOME, REPOSITORY, Replicas, by_digest, by_tag

if TYPE_CHECKING:
    from tests.fakes.ecr import FakeEcr


@pytest.fixture
def world() -> Replicas:
    return Replicas()


def test_an_image_that_is_there_passes_whatever_the_source_says(world: Replicas) -> None:
    world.destination.copy(world.source, REPOSITORY)
    finding = world.run()
    assert finding.verdict is Verdict.PASS
    assert finding.reason == f"my-service@{short(world.digest)} is in eu-west-1"
    assert finding.values == {"intended digest my-service": world.digest, "source my-service": HOME}
    assert world.source.calls == []
    assert [name for name, _ in world.destination.calls] == ["DescribeImages"]


def test_an_index_passes_with_all_its_children(world: Replicas) -> None:
    world.digest = world.source.push(REPOSITORY, "2", platforms=2)
    world.destination.copy(world.source, REPOSITORY)
    assert world.run().reason.endswith("is in eu-west-1 with 2 child manifests")


def test_an_index_of_an_index_is_followed_to_its_leaves(world: Replicas) -> None:
    inner = world.source.push(REPOSITORY, "2", platforms=2)
    world.digest = world.source.nest(REPOSITORY, "3", inner, world.digest)
    leaf = next(d for d in world.source.manifests[REPOSITORY] if d not in {inner, world.digest})
    world.destination.copy(world.source, REPOSITORY)
    assert world.run().verdict is Verdict.PASS
    del world.destination.manifests[REPOSITORY][leaf]
    assert world.run().verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("status", "verdict", "words"),
    [
        ("IN_PROGRESS", Verdict.PENDING, "its replication from us-east-1 is in progress"),
        ("FAILED", Verdict.FAIL, "its replication from us-east-1 to eu-west-1 FAILED (no failure code)"),
        ("COMPLETE", Verdict.FAIL, "is COMPLETE, so somebody or a lifecycle rule of eu-west-1 deleted it"),
    ],
)
def test_f18_an_absent_image_is_told_by_its_replication(
    world: Replicas, status: str, verdict: Verdict, words: str
) -> None:
    world.destination.push(REPOSITORY, "9")
    world.source.report(world.digest, EU, status)
    finding = world.run()
    assert finding.verdict is verdict
    assert finding.reason.startswith(f"my-service@{short(world.digest)} is not in eu-west-1: ")
    assert words in finding.reason


@pytest.mark.parametrize("word", ["ON_HOLD", "not listed", "W" * 50])
def test_f18_a_state_that_this_version_does_not_know_is_inconclusive(world: Replicas, word: str) -> None:
    def later(parsed: dict[str, Any], **_: Any) -> None:
        parsed["replicationStatuses"][0]["status"] = word

    world.source.report(world.digest, EU, "IN_PROGRESS")
    world.aws.client("ecr", HOME).meta.events.register("after-call.ecr.DescribeImageReplicationStatus", later)
    finding = world.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert f"ECR says {word[:40]} of its replication from us-east-1, which this version does not know" in finding.reason


def test_a_failure_code_is_named(world: Replicas) -> None:
    world.source.report(world.digest, EU, "FAILED", "AccessDenied")
    assert "FAILED (AccessDenied)" in world.run().reason


def test_a_complete_replication_is_looked_at_a_second_time(world: Replicas) -> None:
    world.source.report(world.digest, EU, "COMPLETE")
    world.meanwhile = lambda: world.destination.copy(world.source, REPOSITORY)
    assert world.run().verdict is Verdict.PASS
    assert len(world.pauses) == 1


def test_a_complete_replication_of_a_fresh_push_is_waited_for(world: Replicas) -> None:
    world.source.report(world.digest, EU, "COMPLETE")
    world.source.pushed[world.digest] = world.now - timedelta(seconds=30)
    finding = world.run()
    assert finding.verdict is Verdict.PENDING
    assert "has just completed" in finding.reason
    assert world.pauses == []


def test_a_replication_to_another_account_in_the_same_region_is_not_ours(world: Replicas) -> None:
    world.source.report(world.digest, EU, "IN_PROGRESS", account="444455556666")
    assert world.run().verdict is Verdict.FAIL


def test_f18_an_empty_status_list_because_there_is_no_rule(world: Replicas) -> None:
    world.source.rules.clear()
    finding = world.run()
    assert finding.verdict is Verdict.FAIL
    assert "the registry in us-east-1 has no replication rule; add one (Custom::ReplicationRules" in finding.reason


def test_f18_a_rule_is_missing_in_a_registry_that_the_stack_does_not_change(world: Replicas) -> None:
    digest = world.destination.push(REPOSITORY, "9")
    world.source.rules.clear()
    finding = world.run(planned_replica(ImageSubject(EU, REPOSITORY, digest), "", 0.0, HOME))
    assert finding.verdict is Verdict.FAIL
    assert "add one (to the registry of eu-west-1 itself: Crosscheck writes the rules of us-east-1" in finding.reason


def test_f18_an_empty_status_list_because_no_rule_has_the_destination(world: Replicas) -> None:
    world.source.rules.clear()
    world.source.replicate("ap-southeast-1", "us-west-2")
    world.source.replicate(EU, account="444455556666")
    finding = world.run()
    assert finding.verdict is Verdict.FAIL
    assert "the replication rules of us-east-1 lead to ap-southeast-1, us-west-2, not to eu-west-1" in finding.reason


def test_f18_an_empty_status_list_because_no_prefix_matches(world: Replicas) -> None:
    world.source.rules.clear()
    world.source.replicate(EU, prefixes=("team-a/", "team-b/"))
    finding = world.run()
    assert finding.verdict is Verdict.FAIL
    assert "from us-east-1 to eu-west-1 cover only repositories that begin with team-a/, team-b/" in finding.reason


@pytest.mark.parametrize("prefixes", [(), ("my-",)])
def test_f18_an_empty_status_list_because_the_push_came_before_the_rule(
    world: Replicas, prefixes: tuple[str, ...]
) -> None:
    world.source.rules.clear()
    world.source.replicate(EU, prefixes=prefixes)
    finding = world.run()
    assert finding.verdict is Verdict.FAIL
    assert "this was pushed 2026-01-05 09:30 UTC" in finding.reason
    assert finding.reason.endswith("start a replication backfill to eu-west-1, or push it again under a new tag")


@pytest.mark.parametrize("status", ["PREPARING", "IN_PROGRESS", "STOPPING"])
def test_what_was_pushed_before_the_rule_is_waited_for_while_a_backfill_runs(world: Replicas, status: str) -> None:
    world.source.backfill(EU, "COMPLETE")
    world.source.backfill(EU, status)
    finding = world.run()
    assert finding.verdict is Verdict.PENDING
    assert finding.reason.endswith(f"a replication backfill from us-east-1 is {status}")


def test_a_backfill_that_has_ended_or_goes_elsewhere_brings_nothing_here(world: Replicas) -> None:
    for status in ("COMPLETE", "FAILED", "STOPPED"):
        world.source.backfill(EU, status)
    world.source.backfill("ap-southeast-1", "IN_PROGRESS")
    world.source.backfill(EU, "IN_PROGRESS", account="444455556666")
    assert world.run().verdict is Verdict.FAIL


def test_a_backfill_follows_the_rules_so_without_one_it_is_not_asked_for(world: Replicas) -> None:
    world.source.rules.clear()
    world.source.backfill(EU, "IN_PROGRESS")
    assert world.run().verdict is Verdict.FAIL
    assert world.source.called("ListReplicationBackfills") == []


def test_f18_an_empty_status_list_right_after_the_push_is_waited_for(world: Replicas) -> None:
    world.source.pushed[world.digest] = world.now - timedelta(seconds=5)
    assert world.run().verdict is Verdict.PENDING
    world.source.rules.clear()
    assert world.run().verdict is Verdict.FAIL


def test_f18_an_empty_status_list_does_not_matter_where_the_image_is_there(world: Replicas) -> None:
    world.source.rules.clear()
    world.destination.copy(world.source, REPOSITORY)
    assert world.run().verdict is Verdict.PASS


def test_f18_the_tag_in_the_destination_points_elsewhere(world: Replicas) -> None:
    other = world.destination.push(REPOSITORY, "1", salt="older")
    world.source.report(world.digest, EU, "IN_PROGRESS")
    finding = world.run(by_tag())
    assert finding.verdict is Verdict.PENDING
    assert finding.reason.startswith(
        f"my-service@{short(world.digest)} is not in eu-west-1 (1 is {short(other)} there): "
    )
    world.source.statuses.clear()
    assert world.run(by_tag()).verdict is Verdict.FAIL


def test_f18_the_repository_is_absent_in_the_destination(world: Replicas) -> None:
    world.source.report(world.digest, EU, "IN_PROGRESS")
    finding = world.run()
    assert finding.verdict is Verdict.PENDING
    assert "is not in eu-west-1, which has no repository my-service: its replication" in finding.reason


@pytest.mark.parametrize(
    ("region", "verdict"),
    [(EU, Verdict.INCONCLUSIVE), (HOME, Verdict.FAIL)],
)
@pytest.mark.parametrize("spoil", [lambda ecr: ecr.manifests.clear(), lambda ecr: ecr.tags.clear()])
def test_f18_the_repository_or_the_tag_is_absent_in_the_source(
    world: Replicas, region: str, verdict: Verdict, spoil: Callable[[FakeEcr], None]
) -> None:
    spoil(world.source)
    finding = world.run(by_tag(region))
    assert finding.verdict is verdict
    assert finding.reason == "the registry in us-east-1 has no my-service:1"


def test_f18_an_image_that_is_in_neither_registry_is_unknown(world: Replicas) -> None:
    world.source.manifests[REPOSITORY].clear()
    finding = world.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "us-east-1 does not have it either" in finding.reason


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("IN_PROGRESS", Verdict.PENDING), ("FAILED", Verdict.FAIL), ("COMPLETE", Verdict.FAIL)],
)
def test_f18_a_child_manifest_is_missing(world: Replicas, status: str, verdict: Verdict) -> None:
    index = world.source.push(REPOSITORY, "2", platforms=3)
    children = [d for d in world.source.manifests[REPOSITORY] if d not in {index, world.digest}]
    world.destination.copy(world.source, REPOSITORY, index, children[0])
    world.source.report(index, EU, "COMPLETE")
    for child in children[1:]:
        world.source.report(child, EU, status)
    finding = world.run(by_digest(index))
    assert finding.verdict is verdict
    missing = short(min(children[1:]))
    assert f"is in eu-west-1 without its child manifest {missing} and 1 more: " in finding.reason


def test_one_failed_child_outweighs_one_that_is_on_its_way(world: Replicas) -> None:
    index = world.source.push(REPOSITORY, "2", platforms=2)
    first, second = [d for d in world.source.manifests[REPOSITORY] if d not in {index, world.digest}]
    world.destination.copy(world.source, REPOSITORY, index)
    world.source.report(first, EU, "IN_PROGRESS")
    world.source.report(second, EU, "FAILED", "X")
    assert world.run(by_digest(index)).verdict is Verdict.FAIL


def test_the_sources_own_region_is_asked_for_the_image_only(world: Replicas) -> None:
    assert world.run(by_tag(HOME)).verdict is Verdict.PASS
    gone = world.run(planned_replica(ImageSubject(HOME, REPOSITORY, "sha256:" + "0" * 64), "", 0.0, HOME))
    assert gone.verdict is Verdict.FAIL
    assert {name for name, _ in world.source.calls} == {"DescribeImages"}


def test_an_archived_image_cannot_be_pulled(world: Replicas) -> None:
    world.destination.copy(world.source, REPOSITORY)
    world.destination.archived.add(world.digest)
    finding = world.run()
    assert finding.verdict is Verdict.FAIL
    assert "is archived: it cannot be pulled before it is restored" in finding.reason


def test_times_are_those_of_the_source_in_utc(world: Replicas) -> None:
    world.source.pushed[world.digest] = datetime(2025, 12, 31, 23, 59, tzinfo=UTC)
    assert "2025-12-31 23:59 UTC" in world.run().reason
