"""F25, F37: regions come and go, updates roll back, drift is restored."""

import json
from typing import Any

from provision_regions.custom_resource.request import Status
from provision_regions.ownership.names import OWNER_TAG
from tests.fakes.regions.requests import OWNER, properties, run
from tests.fakes.regions.s3 import SMALLEST_MOVED, FakeBucket
from tests.fakes.regions.stores import ASIA, EMPTY, EU, HOME, assert_nothing_left, bucket_name, created, live_keys
from tests.fakes.regions.world import World


def test_f25_update_adds_and_removes_and_delete_reaches_what_was_removed() -> None:
    world = World()
    created(world, EU, ASIA, **EMPTY)
    answer = run(world, "Update", properties(EU, HOME, **EMPTY), properties(EU, ASIA, **EMPTY))
    assert answer.status is Status.SUCCESS
    assert list(json.loads(answer.data["ArtifactStores"])) == [EU, HOME]
    assert set(world.s3.buckets) == {bucket_name(EU), bucket_name(HOME), bucket_name(ASIA)}
    assert run(world, "Delete", properties(EU, HOME, **EMPTY)).status is Status.SUCCESS
    assert_nothing_left(world)


def test_f25_update_that_fails_rolls_back_to_the_old_properties() -> None:
    world = World()
    created(world, EU, **EMPTY)
    world.deny_by_scp(ASIA, "PutBucketEncryption")
    wanted = properties(EU, ASIA, **EMPTY)
    failed = run(world, "Update", wanted, properties(EU, **EMPTY))
    assert failed.status is Status.FAILED
    world.revive()
    back = run(world, "Update", properties(EU, **EMPTY), wanted)
    assert (back.status, back.physical_id) == (Status.SUCCESS, failed.physical_id)
    run(world, "Delete", properties(EU, **EMPTY))
    assert_nothing_left(world)


def _rolled_back_where_tagging_is_denied(world: World) -> None:
    created(world, EU, **EMPTY)
    world.deny_by_scp(ASIA, "PutBucketTagging")
    wanted, old = properties(EU, ASIA, **EMPTY), properties(EU, **EMPTY)
    assert run(world, "Update", wanted, old).status is Status.FAILED
    assert world.s3.buckets[bucket_name(ASIA)].tags == {}
    assert run(world, "Update", old, wanted).status is Status.SUCCESS
    world.revive()


def test_f25_a_bucket_that_a_rolled_back_update_made_and_could_not_tag_is_still_known() -> None:
    world = World()
    _rolled_back_where_tagging_is_denied(world)
    assert run(world, "Delete", properties(EU, **EMPTY)).status is Status.SUCCESS
    assert_nothing_left(world)


def test_f25_the_region_of_a_rolled_back_update_can_be_added_again() -> None:
    world = World()
    _rolled_back_where_tagging_is_denied(world)
    assert run(world, "Update", properties(EU, ASIA, **EMPTY)).status is Status.SUCCESS
    assert world.s3.buckets[bucket_name(ASIA)].tags == {OWNER_TAG: OWNER}


def test_f25_where_a_rolled_back_update_made_no_bucket_the_next_one_of_that_name_is_a_strangers() -> None:
    world = World()
    created(world, EU, **EMPTY)
    world.deny_by_scp(ASIA, "CreateBucket")
    wanted, old = properties(EU, ASIA, **EMPTY), properties(EU, **EMPTY)
    assert run(world, "Update", wanted, old).status is Status.FAILED
    world.revive()
    assert run(world, "Update", old, wanted).status is Status.SUCCESS
    strange = FakeBucket(bucket_name(ASIA), ASIA, "111122223333")
    world.s3.buckets[strange.name] = strange
    assert "exists and is not ours" in run(world, "Update", wanted, old, RequestId="the-next-update").reason
    assert run(world, "Delete", old).status is Status.SUCCESS
    assert world.s3.buckets == {strange.name: strange}


def test_f25_a_renaming_that_fails_leaves_nothing_under_the_new_prefix() -> None:
    world = World()
    created(world, EU, **EMPTY)
    world.deny_by_scp(EU, "PutBucketEncryption")
    old, renamed = properties(EU, **EMPTY), properties(EU, Prefix="pipeline-artifacts.two", **EMPTY)
    given = "crosscheck/us-east-1/shop/Stores/pipeline-artifacts"
    assert run(world, "Update", renamed, old, PhysicalResourceId=given).status is Status.FAILED
    assert len(world.s3.buckets) == 2
    world.revive()
    assert run(world, "Update", old, renamed, PhysicalResourceId=given).status is Status.SUCCESS
    assert set(world.s3.buckets) == {bucket_name(EU)}
    assert len(live_keys(world)) == 1
    assert run(world, "Delete", old).status is Status.SUCCESS
    assert_nothing_left(world)


def test_f25_the_rollback_of_a_renaming_removes_the_new_stores_also_where_its_answer_was_lost() -> None:
    """CloudFormation knows no id of them then; where it does, its Delete finds nothing more to do."""
    world = World()
    created(world, EU, **EMPTY)
    old, renamed = properties(EU, **EMPTY), properties(EU, Prefix="pipeline-artifacts.two", **EMPTY)
    given = "crosscheck/us-east-1/shop/Stores/pipeline-artifacts"
    second = run(world, "Update", renamed, old, PhysicalResourceId=given)
    assert len(world.s3.buckets) == 2
    assert run(world, "Update", old, renamed, PhysicalResourceId=given).status is Status.SUCCESS
    assert set(world.s3.buckets) == {bucket_name(EU)}
    assert run(world, "Delete", renamed, PhysicalResourceId=second.physical_id).status is Status.SUCCESS
    assert set(world.s3.buckets) == {bucket_name(EU)}


def test_f25_the_rollback_of_a_renaming_empties_nothing_that_was_retained_before() -> None:
    world = World()
    old, renamed = properties(EU), properties(EU, Prefix="pipeline-artifacts.two", **EMPTY)
    retained = properties(EU, Prefix="pipeline-artifacts.two")
    assert run(world, "Create", retained).status is Status.SUCCESS
    assert run(world, "Delete", retained).status is Status.SUCCESS
    first = created(world, EU)
    given: dict[str, Any] = {"PhysicalResourceId": first.physical_id}
    assert run(world, "Update", renamed, old, **given).status is Status.SUCCESS
    assert run(world, "Update", old, renamed, **given).status is Status.SUCCESS
    assert set(world.s3.buckets) == {bucket_name(EU), bucket_name(EU, "pipeline-artifacts.two")}


def test_f25_a_renamed_prefix_is_a_replacement() -> None:
    world = World()
    old = properties(EU, **EMPTY)
    first = created(world, EU, **EMPTY)
    renamed = properties(EU, Prefix="pipeline-artifacts.two", **EMPTY)
    second = run(world, "Update", renamed, old, PhysicalResourceId=first.physical_id)
    assert second.status is Status.SUCCESS
    assert second.physical_id != first.physical_id
    assert len(live_keys(world)) == 2
    assert run(world, "Delete", old, PhysicalResourceId=first.physical_id).status is Status.SUCCESS
    assert set(world.s3.buckets) == {bucket_name(EU, "pipeline-artifacts.two")}
    (key,) = live_keys(world)
    assert world.kms.aliases == {(EU, "alias/pipeline-artifacts_two"): key.arn}


def test_f25_expiry_can_be_changed_and_taken_back() -> None:
    world = World()
    created(world, EU)
    for days, ids in (("5", {"noncurrent", "uploads", "current"}), ("0", {"noncurrent", "uploads"})):
        run(world, "Update", properties(EU, ExpireArtifactsAfterDays=days), properties(EU))
        rules = world.s3.buckets[bucket_name(EU)].settings["lifecycle"]["Rules"]
        assert {rule["ID"] for rule in rules} == {f"crosscheck-{name}" for name in ids}


def test_a_new_expiry_changes_neither_other_peoples_rules_nor_which_objects_they_move() -> None:
    world = World()
    created(world, EU)
    lifecycle = world.s3.buckets[bucket_name(EU)].settings["lifecycle"]
    transition = {"NoncurrentDays": 1, "StorageClass": "GLACIER"}
    theirs = {"ID": "archive", "Status": "Enabled", "Filter": {}, "NoncurrentVersionTransitions": [transition]}
    lifecycle["Rules"].append(theirs)
    lifecycle[SMALLEST_MOVED] = "varies_by_storage_class"
    run(world, "Update", properties(EU, ExpireArtifactsAfterDays="5"), properties(EU))
    written = world.s3.buckets[bucket_name(EU)].settings["lifecycle"]
    assert theirs in written["Rules"]
    assert len(written["Rules"]) == 4
    assert written[SMALLEST_MOVED] == "varies_by_storage_class"


def test_reader_accounts_come_and_go_with_an_update() -> None:
    world = World()
    created(world, EU)
    (key,) = world.kms.keys.values()

    def admitted() -> list[list[str]]:
        policies = (json.loads(world.s3.buckets[bucket_name(EU)].policy), json.loads(key.policy))
        statements = [entry for policy in policies for entry in policy["Statement"]]
        return [entry["Principal"]["AWS"] for entry in statements if entry["Sid"] == "CrosscheckReaderAccounts"]

    assert admitted() == []
    run(world, "Update", properties(EU, ReaderAccounts=["999988887777", "444455556666"]), properties(EU))
    assert admitted() == [["arn:aws:iam::444455556666:root", "arn:aws:iam::999988887777:root"]] * 2
    run(world, "Update", properties(EU, ReaderAccounts=["999988887777"]), properties(EU))
    assert admitted() == [["arn:aws:iam::999988887777:root"]] * 2
    run(world, "Update", properties(EU), properties(EU))
    assert admitted() == []


def test_f37_any_update_restores_what_somebody_removed_and_keeps_what_somebody_added() -> None:
    world = World()
    created(world, EU)
    bucket = world.s3.buckets[bucket_name(EU)]
    (key,) = world.kms.keys.values()
    bucket.settings.pop("public access")
    theirs = {"Sid": "Theirs", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "r"}
    bucket.policy = json.dumps({"Version": "2012-10-17", "Statement": [theirs]})
    key.rotation = False
    run(world, "Update", properties(EU), properties(EU))
    assert bucket.settings["public access"]["BlockPublicPolicy"] is True
    assert key.rotation
    assert [entry["Sid"] for entry in json.loads(bucket.policy)["Statement"]] == ["Theirs", "CrosscheckTlsOnly"]


def test_f25_a_refused_region_of_a_rolled_back_update_does_not_stop_the_delete() -> None:
    world = World(disabled={"me-south-1"})
    strange = FakeBucket(bucket_name(ASIA), ASIA, "999900001111")
    created(world, EU, **EMPTY)
    world.s3.buckets[strange.name] = strange
    wanted = properties(EU, ASIA, "me-south-1", **EMPTY)
    assert run(world, "Update", wanted, properties(EU, **EMPTY)).status is Status.FAILED
    assert run(world, "Update", properties(EU, **EMPTY), wanted).status is Status.SUCCESS
    assert run(world, "Delete", properties(EU, **EMPTY)).status is Status.SUCCESS
    assert world.s3.buckets == {strange.name: strange}
    assert live_keys(world) == []
