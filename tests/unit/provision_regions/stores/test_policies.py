from typing import Any

import pytest

from crosscheck.services.codepipeline import store_access
from provision_regions.context import partition_named
from provision_regions.ownership.names import Names
from provision_regions.stores.policies import (
    bucket_readers,
    closing,
    key_statements,
    lifecycle_with,
    policy_with,
    tls_only,
)


def names(partition: str = "aws", home: str = "us-east-1") -> Names:
    return Names(partition, "111122223333", home, "shop", "Stores", "pipeline-artifacts")


@pytest.mark.parametrize(
    ("partition", "region", "hosts"),
    [
        ("aws", "eu-west-1", ["s3.eu-west-1.amazonaws.com"]),
        ("aws-us-gov", "us-gov-west-1", ["s3.us-gov-west-1.amazonaws.com"]),
        ("aws-cn", "cn-north-1", ["s3.cn-north-1.amazonaws.com", "s3.cn-north-1.amazonaws.com.cn"]),
    ],
)
def test_f57_documents_are_of_their_partition(partition: str, region: str, hosts: list[str]) -> None:
    statements = key_statements(names(partition), partition_named(partition), region)
    assert {entry["Principal"]["AWS"] for entry in statements} == {f"arn:{partition}:iam::111122223333:root"}
    assert statements[1]["Condition"]["StringEquals"]["kms:ViaService"] == hosts
    assert tls_only(names(partition), region)["Resource"][0].startswith(
        f"arn:{partition}:s3:::pipeline-artifacts-{region}"
    )


def test_artifacts_are_used_through_s3_only() -> None:
    administration, use = key_statements(names(), partition_named("aws"), "eu-west-1")
    cryptography = ("Decrypt", "Encrypt", "GenerateDataKey", "ReEncrypt")
    assert not [action for action in administration["Action"] if any(word in action for word in cryptography)]
    assert use["Condition"]["StringEquals"]["kms:CallerAccount"] == "111122223333"


def test_our_statements_replace_ours_and_leave_the_others() -> None:
    tls, closed = tls_only(names(), "eu-west-1"), closing(names(), "eu-west-1")
    theirs = {"Sid": "Theirs", "Effect": "Allow"}
    nameless = {"Effect": "Deny"}
    existing = {
        "Version": "2008-10-17",
        "Id": "kept",
        "Statement": [closed, theirs, {**tls, "Effect": "Allow"}, nameless],
    }
    policy = policy_with(existing, [tls])
    assert policy == {"Version": "2012-10-17", "Id": "kept", "Statement": [theirs, nameless, tls]}
    assert policy_with(policy, [tls]) == policy


def test_where_ours_are_there_already_nothing_is_moved() -> None:
    tls = tls_only(names(), "eu-west-1")
    theirs = {"Sid": "Theirs", "Effect": "Allow"}
    existing = {"Version": "2012-10-17", "Statement": [tls, theirs]}
    assert policy_with(existing, [tls]) == existing


def test_a_single_statement_need_not_be_a_list() -> None:
    theirs = {"Sid": "Theirs", "Effect": "Allow"}
    assert policy_with({"Statement": theirs}, [])["Statement"] == [theirs]


def test_lifecycle_rules_of_others_stay() -> None:
    theirs: dict[str, Any] = {"ID": "logs", "Status": "Enabled", "Expiration": {"Days": 1}}
    once = lifecycle_with([theirs], 5)
    assert [rule["ID"] for rule in once] == [
        "logs",
        "crosscheck-noncurrent",
        "crosscheck-uploads",
        "crosscheck-current",
    ]
    assert [rule["ID"] for rule in lifecycle_with(once, 0)] == ["logs", "crosscheck-noncurrent", "crosscheck-uploads"]


READER = "999988887777"


def test_reader_accounts_get_what_the_preflight_asks_for_and_no_more() -> None:
    (objects,) = bucket_readers(names(), "eu-west-1", (READER,))
    key = key_statements(names(), partition_named("aws"), "eu-west-1", (READER,))[-1]
    root = f"arn:aws:iam::{READER}:root"
    assert (objects["Principal"], key["Principal"]) == ({"AWS": [root]}, {"AWS": [root]})
    assert objects["Resource"] == "arn:aws:s3:::pipeline-artifacts-eu-west-1-111122223333/*"
    assert tuple(objects["Action"]) == store_access.READ_OBJECTS
    assert tuple(key["Action"]) == store_access.READ_KEY
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": ["s3.eu-west-1.amazonaws.com"]}}


def test_without_reader_accounts_their_statements_go() -> None:
    with_readers = policy_with(None, bucket_readers(names(), "eu-west-1", (READER,)))
    assert bucket_readers(names(), "eu-west-1", ()) == []
    assert policy_with(with_readers, [])["Statement"] == []
    assert len(key_statements(names(), partition_named("aws"), "eu-west-1")) == 2
