import json

import pytest
from botocore.exceptions import ClientError

from local.clients import ACCOUNT_ID
from tests.unit.local.ecr.conftest import ASIA, EU, HOME, REPOSITORY, Account, rule


def test_a_push_is_announced_in_the_registrys_region(account: Account) -> None:
    digest = account.push("1")

    (event,) = account.announced("ECR Image Action")
    detail = {"result": "SUCCESS", "repository-name": REPOSITORY, "image-digest": digest, "action-type": "PUSH"}
    assert event == (HOME, [], detail | {"image-tag": "1"})


def test_a_push_without_a_tag_is_announced_without_one(account: Account) -> None:
    account.push(None)

    ((_, _, detail),) = account.announced("ECR Image Action")
    assert "image-tag" not in detail


def test_an_image_is_replicated_after_the_delay(account: Account) -> None:
    account.replicate(rule(EU, ASIA, prefixes=("my-",)))
    digest = account.push("1")

    assert account.statuses(imageTag="1") == {EU: "IN_PROGRESS", ASIA: "IN_PROGRESS"}
    assert [seconds for seconds, _ in account.pending.waiting] == [20.0, 20.0]
    assert account.digests(EU) == {}
    account.pending.run()
    assert account.statuses(imageDigest=digest) == {EU: "COMPLETE", ASIA: "COMPLETE"}
    assert account.digests(EU) == account.digests(ASIA) == {digest: ["1"]}


def test_a_replication_is_announced_in_the_destination(account: Account) -> None:
    account.replicate(rule(EU))
    digest = account.push("1")
    account.pending.run()

    (event,) = account.announced("ECR Replication Action")
    assert event == (
        EU,
        [f"arn:aws:ecr:{EU}:{ACCOUNT_ID}:repository/{REPOSITORY}"],
        {
            "result": "SUCCESS",
            "repository-name": REPOSITORY,
            "image-digest": digest,
            "source-account": ACCOUNT_ID,
            "action-type": "REPLICATE",
            "source-region": HOME,
            "image-tag": "1",
        },
    )


def test_f18_a_push_before_the_rule_has_an_empty_list(account: Account) -> None:
    account.push("1")
    account.replicate(rule(EU))

    assert account.statuses(imageTag="1") == {}
    assert account.pending.waiting == []


def test_f18_a_rule_that_does_not_match_has_an_empty_list(account: Account) -> None:
    account.replicate(rule(EU, prefixes=("service", "other")))
    account.push("1")

    assert account.statuses(imageTag="1") == {}


def test_two_rules_with_the_same_destination_replicate_once(account: Account) -> None:
    account.replicate(rule(EU, prefixes=("my-service",)), rule(EU, ASIA))
    account.push("1")

    assert len(account.pending.waiting) == 2
    assert list(account.statuses(imageTag="1")) == [EU, ASIA]


def test_an_image_goes_one_hop_only(account: Account) -> None:
    account.replicate(rule(EU))
    account.replicate(rule(ASIA), region=EU)
    account.push("1")
    account.pending.run()

    assert account.pending.waiting == []
    assert account.digests(ASIA) == {}


def test_an_index_and_its_children_go_separately(account: Account) -> None:
    account.replicate(rule(EU))
    child = account.push(None, content="linux/arm64")
    account.pending.run()
    index = account.push("1", children=(child,))

    assert account.digests(EU) == {child: []}
    assert (account.statuses(imageDigest=child), account.statuses(imageDigest=index)) == (
        {EU: "COMPLETE"},
        {EU: "IN_PROGRESS"},
    )
    account.pending.run()
    assert account.digests(EU) == {child: [], index: ["1"]}


def test_f18_a_duplicate_tag_arrives_untagged_where_tags_are_immutable(account: Account) -> None:
    account.replicate(rule(EU))
    account.ecr(EU).create_repository(repositoryName=REPOSITORY, imageTagMutability="IMMUTABLE")
    theirs = account.push("1", content="theirs", region=EU)
    digest = account.push("1")
    account.pending.run()

    assert account.digests(EU) == {theirs: ["1"], digest: []}
    assert account.statuses(imageTag="1") == {EU: "COMPLETE"}
    ((_, _, detail),) = account.announced("ECR Replication Action")
    assert "image-tag" not in detail


def test_the_same_image_with_the_same_tag_keeps_it_where_tags_are_immutable(account: Account) -> None:
    account.replicate(rule(EU))
    account.ecr(EU).create_repository(repositoryName=REPOSITORY, imageTagMutability="IMMUTABLE")
    digest = account.push("1", region=EU)
    account.push("1")
    account.pending.run()

    assert account.digests(EU) == {digest: ["1"]}
    assert account.announced("ECR Replication Action")[0][2]["image-tag"] == "1"


def test_a_destination_that_refuses_is_a_failed_replication(account: Account) -> None:
    account.replicate(rule(EU))
    account.emulated.denied.add((EU, "CreateRepository"))
    account.push("1")
    account.pending.run()

    assert account.statuses(imageTag="1") == {EU: "FAILED"}


def test_another_account_has_not_allowed_it(account: Account) -> None:
    account.replicate(rule(EU, account="999900001111"))
    account.push("1")
    account.pending.run()

    assert account.statuses(imageTag="1") == {EU: "FAILED"}
    assert account.announced("ECR Replication Action") == []


def test_nothing_arrives_while_the_account_stops(account: Account) -> None:
    account.replicate(rule(EU))
    account.push("1")
    account.clock.stop()
    account.pending.run()

    assert account.digests(EU) == {}


def test_a_deletion_is_announced(account: Account) -> None:
    digest = account.push("1")
    answer = account.ecr().batch_delete_image(
        repositoryName=REPOSITORY, imageIds=[{"imageDigest": digest}, {"imageTag": "never"}]
    )

    assert [failure["failureCode"] for failure in answer["failures"]] == ["ImageNotFound"]
    (_, (region, _, detail)) = account.announced("ECR Image Action")
    assert (region, detail["action-type"], detail["image-digest"]) == (HOME, "DELETE", digest)


def test_a_deleted_image_begins_anew(account: Account) -> None:
    account.replicate(rule(EU))
    digest = account.push("1")
    account.pending.run()
    account.ecr().batch_delete_image(repositoryName=REPOSITORY, imageIds=[{"imageDigest": digest}])
    account.replicate()
    account.push("1")

    assert account.statuses(imageTag="1") == {}


def test_unknown_images_are_refused(account: Account) -> None:
    ecr = account.ecr()
    digest = account.push("1")
    other = account.push("2")

    found = ecr.describe_images(repositoryName=REPOSITORY, imageIds=[{"imageTag": "1"}])["imageDetails"]
    assert [detail["imageDigest"] for detail in found] == [digest]
    for unknown in (
        {"imageTag": "never"},
        {"imageDigest": f"sha256:{0:064x}"},
        {"imageTag": "1", "imageDigest": other},
    ):
        with pytest.raises(ecr.exceptions.ImageNotFoundException):
            ecr.describe_images(repositoryName=REPOSITORY, imageIds=[{"imageTag": "1"}, unknown])
        with pytest.raises(ecr.exceptions.ImageNotFoundException):
            account.statuses(**unknown)
    with pytest.raises(ecr.exceptions.RepositoryNotFoundException):
        ecr.describe_image_replication_status(repositoryName="nowhere", imageId={"imageTag": "1"})
    with pytest.raises(ecr.exceptions.InvalidParameterException):
        account.statuses()


def test_pushes_that_ecr_refuses(account: Account) -> None:
    errors = account.ecr().exceptions
    account.push("1")
    with pytest.raises(errors.ImageAlreadyExistsException):
        account.push("1")
    with pytest.raises(errors.ReferencedImagesNotFoundException):
        account.push("2", children=(f"sha256:{0:064x}",))
    with pytest.raises(errors.ImageDigestDoesNotMatchException):
        account.push("2", imageDigest=f"sha256:{0:064x}")
    with pytest.raises(ClientError, match="RepositoryNotFoundException"):
        account.push("2", region=EU)
    assert len(account.announced("ECR Image Action")) == 1


def test_the_same_image_with_another_tag_is_a_push(account: Account) -> None:
    account.replicate(rule(EU))
    digest = account.push("1", content="same")
    account.push("stable", content="same")
    account.pending.run()

    assert account.digests(EU) == {digest: ["1", "stable"]}


def test_the_configuration_is_replaced_as_a_whole_and_belongs_to_its_region(account: Account) -> None:
    account.replicate(rule(EU, prefixes=("my-",)))
    account.replicate(rule(ASIA))

    registry = account.ecr().describe_registry()
    assert (registry["registryId"], registry["replicationConfiguration"]) == (ACCOUNT_ID, {"rules": [rule(ASIA)]})
    assert account.ecr(EU).describe_registry()["replicationConfiguration"] == {"rules": []}


def test_who_may_not_is_refused_by_the_emulator(account: Account) -> None:
    account.emulated.denied |= {(HOME, "PutReplicationConfiguration"), (HOME, "DescribeRegistry")}

    with pytest.raises(ClientError, match="AccessDenied"):
        account.replicate(rule(EU))
    with pytest.raises(ClientError, match="AccessDenied"):
        account.ecr().describe_registry()


def test_what_the_layer_does_not_change_goes_to_the_callers_region(account: Account) -> None:
    account.ecr(ASIA).create_repository(repositoryName="other")
    account.ecr(ASIA).list_images(repositoryName="other")

    assert account.emulated.forwarded[-1] == (ASIA, "ListImages")


def test_events_are_the_json_that_eventbridge_takes(account: Account) -> None:
    account.push("1")

    (_, entry) = account.events[0]
    assert isinstance(json.loads(entry["Detail"]), dict)
    assert entry["DetailType"] == "ECR Image Action"


def test_a_backfill_brings_what_was_pushed_before_the_rule(account: Account) -> None:
    digest = account.push("1")
    account.replicate(rule(EU))
    to_eu = {"region": EU, "registryId": ACCOUNT_ID}
    started = account.ecr().start_replication_backfill(destination=to_eu)

    (listed,) = account.ecr().list_replication_backfills()["backfills"]
    assert (started["status"], listed["status"], listed["destination"]) == ("PREPARING", "IN_PROGRESS", to_eu)
    assert listed["replicationBackfillId"] == started["replicationBackfillId"]
    with pytest.raises(ClientError, match="ReplicationBackfillInProgressException"):
        account.ecr().start_replication_backfill(destination=to_eu)
    account.pending.run()
    assert account.digests(EU) == {digest: ["1"]}
    assert account.ecr().list_replication_backfills()["backfills"][0]["status"] == "COMPLETE"
    assert account.ecr(EU).list_replication_backfills()["backfills"] == []


def test_a_backfill_needs_a_rule_to_its_destination(account: Account) -> None:
    account.replicate(rule(EU))
    with pytest.raises(ClientError, match="No replication rule leads to 'ap-southeast-1'"):
        account.ecr().start_replication_backfill(destination={"region": ASIA, "registryId": ACCOUNT_ID})
