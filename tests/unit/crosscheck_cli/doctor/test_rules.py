"""What the doctor calls a defect, how bad it is, and the fix that it names."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import Any

import pytest

from crosscheck_cli.doctor.defect import Defect, Severity, exit_code
from crosscheck_cli.doctor.examination import QUEUES
from crosscheck_cli.doctor.rules.alarms import SeenAlarm, judge_alarms
from crosscheck_cli.doctor.rules.events import SeenRule, judge_forwarding, judge_own_rule
from crosscheck_cli.doctor.rules.functions import (
    SeenFunction,
    SeenMapping,
    judge_function,
    judge_mapping,
    judge_schedule,
)
from crosscheck_cli.doctor.rules.gates import SeenGate, judge_gates
from crosscheck_cli.doctor.rules.queues import BACKLOG, RECEIVES, SeenQueue, judge_dead_letters, judge_queue
from crosscheck_cli.doctor.rules.replication import judge_replication
from crosscheck_cli.doctor.rules.slack import SeenSlack, judge_slack
from crosscheck_cli.doctor.rules.stack import judge_stack
from crosscheck_cli.doctor.rules.stores import BLOCKS, SeenStore, judge_store
from tests.builders.stacks import ACCOUNT, TOPIC, deployed
from tests.template.expanded import resources

EU = "eu-west-1"
KEY = f"arn:aws:kms:{EU}:{ACCOUNT}:key/1234"
BUCKET = f"pipeline-artifacts-{EU}-{ACCOUNT}"
DENY: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
STORE = SeenStore(
    region=EU,
    parameter="/crosscheck/crosscheck/pipeline-artifacts/eu-west-1",
    bucket=BUCKET,
    key=KEY,
    public_blocks=dict.fromkeys(BLOCKS, True),
    policy={"Statement": [DENY]},
    encryption=("aws:kms", KEY),
    versioning="Enabled",
    key_state="Enabled",
    rotates=True,
)


def told(found: Any) -> list[tuple[Severity, str]]:
    return [(defect.severity, defect.problem) for defect in found]


def fixes(found: Any) -> list[str]:
    return [defect.fix for defect in found]


@pytest.mark.parametrize(
    ("severities", "code"),
    [
        ([], 0),
        ([Severity.NOTE], 0),
        ([Severity.UNKNOWN], 1),
        ([Severity.WARNING, Severity.NOTE], 1),
        ([Severity.WARNING, Severity.ERROR], 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst(severities: list[Severity], code: int) -> None:
    assert exit_code([Defect(severity, "", "", "") for severity in severities]) == code


@pytest.mark.parametrize(
    ("status", "severity"),
    [
        ("CREATE_COMPLETE", None),
        ("UPDATE_COMPLETE", None),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None),
        ("UPDATE_IN_PROGRESS", Severity.NOTE),
        ("UPDATE_ROLLBACK_COMPLETE", Severity.WARNING),
        ("UPDATE_ROLLBACK_FAILED", Severity.ERROR),
        ("DELETE_FAILED", Severity.ERROR),
    ],
)
def test_a_stack_is_judged_by_its_status(status: str, severity: Severity | None) -> None:
    found = list(judge_stack(deployed(status=status)))
    assert [defect.severity for defect in found] == ([severity] if severity else [])


def test_a_store_as_the_stack_made_it_has_no_defect() -> None:
    assert list(judge_store(STORE)) == []
    by_id = replace(STORE, encryption=("aws:kms", "1234"), policy={"Statement": DENY})
    assert list(judge_store(by_id)) == []
    assert list(judge_store(replace(STORE, rotates=None))) == []


@pytest.mark.parametrize("missing", BLOCKS)
def test_f37_a_store_that_does_not_block_all_public_access(missing: str) -> None:
    [found] = judge_store(replace(STORE, public_blocks={**STORE.public_blocks, missing: False}))
    assert found.problem == f"the bucket {BUCKET} does not block all public access"
    assert found.fix.startswith(f"aws s3api put-public-access-block --bucket {BUCKET} ")
    assert found.fix.endswith(f"RestrictPublicBuckets=true --region {EU}")


@pytest.mark.parametrize(
    "statement",
    [
        {**DENY, "Effect": "Allow"},
        {**DENY, "Principal": {"AWS": "arn:aws:iam::1:root"}},
        {**DENY, "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {**DENY, "Condition": {}},
    ],
)
def test_f37_a_policy_that_lets_plain_http_through(statement: dict[str, Any]) -> None:
    [found] = judge_store(replace(STORE, policy={"Statement": [statement]}))
    assert found.problem == f"the policy of the bucket {BUCKET} does not deny requests without TLS"
    assert f'"arn:aws:s3:::{BUCKET}/*"' in found.fix


@pytest.mark.parametrize(
    ("encryption", "words"),
    [
        (("AES256", ""), "encrypts with AES256, not with its own key"),
        (("", ""), "encrypts with nothing, not with its own key"),
        (("aws:kms", ""), "encrypts with aws:kms, not with its own key"),
        (("aws:kms", "other"), "encrypts with aws:kms other, not with its own key"),
    ],
)
def test_f37_another_default_encryption(encryption: tuple[str, str], words: str) -> None:
    [found] = judge_store(replace(STORE, encryption=encryption))
    assert found.problem == f"the bucket {BUCKET} {words}"
    assert f"KMSMasterKeyID={KEY}" in found.fix


def test_a_store_whose_versioning_is_off() -> None:
    assert told(judge_store(replace(STORE, versioning="Suspended"))) == [
        (Severity.ERROR, f"the versioning of the bucket {BUCKET} is suspended")
    ]
    assert told(judge_store(replace(STORE, versioning=""))) == [
        (Severity.ERROR, f"the versioning of the bucket {BUCKET} is off")
    ]


@pytest.mark.parametrize(
    ("state", "words", "fix"),
    [
        ("Disabled", "is Disabled and encrypts nothing", f"aws kms enable-key --region {EU} --key-id {KEY}"),
        (
            "PendingDeletion",
            "is about to be deleted",
            f"aws kms cancel-key-deletion --region {EU} --key-id {KEY} && aws",
        ),
        ("", "is gone: what it encrypted is lost", "give pipelines another store"),
    ],
)
def test_a_key_that_encrypts_nothing(state: str, words: str, fix: str) -> None:
    [found] = judge_store(replace(STORE, key_state=state, rotates=None))
    assert found.severity is Severity.ERROR
    assert words in found.problem
    assert found.fix.startswith(fix)


def test_a_key_that_does_not_rotate_is_a_warning() -> None:
    assert told(judge_store(replace(STORE, rotates=False))) == [(Severity.WARNING, f"the key {KEY} does not rotate")]


def test_a_store_that_is_gone_is_one_defect() -> None:
    gone = replace(STORE, exists=False, public_blocks={}, policy={}, encryption=("", ""), versioning="")
    assert told(judge_store(gone)) == [(Severity.ERROR, f"the bucket {BUCKET} is gone")]
    unnamed = SeenStore(EU, STORE.parameter)
    assert told(judge_store(unnamed)) == [
        (Severity.ERROR, f"the parameter {STORE.parameter} that names the store is gone")
    ]


def rule(*regions: str, **more: Any) -> dict[str, Any]:
    return {"destinations": [{"region": region, "registryId": ACCOUNT} for region in regions], **more}


@pytest.mark.parametrize(
    ("rules", "missing"),
    [
        ([rule(EU, "ap-southeast-1")], ""),
        ([rule(EU, repositoryFilters=[{"filter": "sh"}]), rule("ap-southeast-1")], ""),
        ([rule(EU)], "ap-southeast-1"),
        ([rule(EU, "ap-southeast-1", repositoryFilters=[{"filter": "shop/api"}])], f"{EU}, ap-southeast-1"),
        ([{"destinations": [{"region": EU, "registryId": "999988887777"}]}], f"{EU}, ap-southeast-1"),
        ([], f"{EU}, ap-southeast-1"),
    ],
)
def test_images_that_no_rule_brings(rules: list[dict[str, Any]], missing: str) -> None:
    expected = [(Severity.ERROR, f"no replication rule brings images of shop* to {missing}")] if missing else []
    assert told(judge_replication(rules, deployed())) == expected


QUEUE, BUS = "arn:queue", "arn:bus"
BOTH = frozenset({"aws.codepipeline", "aws.ecr"})
OWN = SeenRule("pushes", "us-east-1", "ENABLED", (QUEUE,), frozenset({"aws.ecr"}))
FORWARD = SeenRule("crosscheck-forward-1", EU, "ENABLED", (BUS,), BOTH)


def test_rules_that_bring_every_event_have_no_defect() -> None:
    assert list(judge_own_rule(OWN, QUEUE, frozenset({"aws.ecr"}))) == []
    assert list(judge_forwarding(EU, [replace(FORWARD, targets=("arn:another home",)), FORWARD], BUS)) == []


@pytest.mark.parametrize(
    ("seen", "words", "fix"),
    [
        (replace(OWN, state=""), "is gone", "docs/operations.md, section Something of the stack is gone"),
        (replace(OWN, state="DISABLED"), "is DISABLED", "aws events enable-rule --region us-east-1 --name pushes"),
        (replace(OWN, targets=("arn:other",)), "does not lead to the events queue", "aws events put-targets"),
        (
            replace(OWN, sources=frozenset({"aws.ec2"})),
            "the pattern of the rule pushes was changed",
            "put the template's",
        ),
    ],
)
def test_an_own_rule_that_brings_nothing(seen: SeenRule, words: str, fix: str) -> None:
    [found] = judge_own_rule(seen, QUEUE, frozenset({"aws.ecr"}))
    assert words in found.problem
    assert found.fix.startswith(fix)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([], "there is no rule crosscheck-forward-…"),
        ([replace(FORWARD, targets=("arn:another home",))], "the rule crosscheck-forward-1 leads elsewhere"),
        ([replace(FORWARD, state="DISABLED")], "the rule crosscheck-forward-1 is DISABLED"),
        (
            [replace(FORWARD, sources=frozenset({"aws.ecr"}))],
            "the pattern of the rule crosscheck-forward-1 was changed",
        ),
    ],
)
def test_a_region_whose_events_are_not_forwarded(rules: list[SeenRule], words: str) -> None:
    [found] = judge_forwarding(EU, rules, BUS)
    assert (found.severity, found.where) == (Severity.ERROR, EU)
    assert words in found.problem


def test_dead_letters_name_the_way_to_replay_them() -> None:
    assert list(judge_dead_letters(SeenQueue("EventsDeadLetters", "url", 0))) == []
    [events] = judge_dead_letters(SeenQueue("EventsDeadLetters", "url", 2))
    assert events.problem == "2 messages that nobody could handle"
    assert events.fix.endswith("crosscheck replay events")
    [clicks] = judge_dead_letters(SeenQueue("DecisionsDeadLetters", "url", 1))
    assert clicks.fix.endswith("aws sqs purge-queue --queue-url url")


def test_a_queue_that_nobody_keeps_up_with_and_one_that_loses_messages() -> None:
    assert list(judge_queue(SeenQueue("EventsQueue", "url", BACKLOG, "arn:dead"), "arn:dead")) == []
    found = list(judge_queue(SeenQueue("EventsQueue", "url", BACKLOG + 1, ""), "arn:dead"))
    assert [defect.severity for defect in found] == [Severity.WARNING, Severity.ERROR]


def test_the_command_for_a_queue_that_loses_messages_gives_back_what_the_template_says() -> None:
    queues = {name: found for name, found in resources("AWS::SQS::Queue").items() if "RedrivePolicy" in found}
    assert queues.keys() == RECEIVES.keys() == QUEUES.keys()
    for name, queue in queues.items():
        [defect] = judge_queue(SeenQueue(name, "url", 0), "arn:dead")
        *_, option, value = shlex.split(defect.fix)
        assert option == "--attributes"
        redrive = json.loads(json.loads(value)["RedrivePolicy"])
        receives = queue["RedrivePolicy"]["maxReceiveCount"]
        assert redrive == {"deadLetterTargetArn": "arn:dead", "maxReceiveCount": receives}, name


def test_functions_that_may_not_run_and_queues_that_nobody_reads() -> None:
    assert list(judge_function(SeenFunction("CheckRegion", "f", None), EU)) == []
    assert list(judge_function(SeenFunction("CheckRegion", "f", 5), EU)) == []
    assert fixes(judge_function(SeenFunction("CheckRegion", "f", 0), EU)) == [
        f"aws lambda delete-function-concurrency --region {EU} --function-name f"
    ]
    assert list(judge_mapping(SeenMapping("UpdateCardQueue", "u", "Enabled"), EU)) == []
    assert [defect.problem for defect in judge_mapping(SeenMapping("UpdateCardQueue", "u", "Disabled"), EU)] == [
        "the queue is not read: its event source mapping is disabled"
    ]
    assert "is gone" in next(judge_mapping(SeenMapping("UpdateCardQueue", "u", ""), EU)).problem


def test_reconcile_needs_its_schedule() -> None:
    assert list(judge_schedule("crosscheck-reconcile", "ENABLED", EU)) == []
    assert "is DISABLED" in next(judge_schedule("crosscheck-reconcile", "DISABLED", EU)).problem
    assert next(judge_schedule("crosscheck-reconcile", "", EU)).fix.startswith("docs/operations.md")


ALARM = SeenAlarm("alarm-1", rings=False, why="", heard=True)
ONE = {"StuckReleasesAlarm": "AWS::CloudWatch::Alarm"}


@pytest.mark.parametrize(
    ("alarms", "subscribers", "topic", "severity", "words"),
    [
        ({"StuckReleasesAlarm": ALARM}, ["arn:1"], TOPIC, None, ""),
        ({}, ["arn:1"], TOPIC, Severity.ERROR, "the alarm is gone"),
        ({"StuckReleasesAlarm": replace(ALARM, rings=True, why="1 > 0")}, ["a"], TOPIC, Severity.ERROR, "rings: 1 > 0"),
        ({"StuckReleasesAlarm": replace(ALARM, heard=False)}, None, "", Severity.WARNING, "AlarmTopicArn is empty"),
        (
            {"StuckReleasesAlarm": replace(ALARM, heard=False)},
            ["a"],
            TOPIC,
            Severity.WARNING,
            "nobody hears this alarm",
        ),
        ({"StuckReleasesAlarm": ALARM}, [], TOPIC, Severity.WARNING, "nobody has subscribed"),
    ],
)
def test_alarms_ring_and_are_heard(
    alarms: dict[str, SeenAlarm], subscribers: list[str] | None, topic: str, severity: Severity | None, words: str
) -> None:
    found = list(judge_alarms(alarms, subscribers, deployed(types=ONE, AlarmTopicArn=topic)))
    assert [defect.severity for defect in found] == ([severity] if severity else [])
    assert all(words in defect.problem for defect in found)


GATE = SeenGate("shop", EU, "Validate", "EU", f"arn:aws:iam::{ACCOUNT}:role/service/shop", allowed=True)


def test_gates_that_codepipeline_may_not_invoke_are_told_once_for_each_role() -> None:
    assert list(judge_gates([GATE], "arn:policy")) == []
    denied = replace(GATE, allowed=False)
    [refused] = judge_gates([denied, replace(denied, name="US")], "arn:policy")
    assert (refused.severity, refused.where) == (Severity.ERROR, "shop (eu-west-1)")
    assert refused.problem.endswith("may not lambda:InvokeFunction: Validate / EU, Validate / US")
    assert refused.fix == "aws iam attach-role-policy --role-name shop --policy-arn arn:policy"
    other = replace(GATE, pipeline="other", allowed=None, role="arn:aws:iam::999988887777:role/them")
    assert [defect.severity for defect in judge_gates([denied, other], "arn:policy")] == [
        Severity.ERROR,
        Severity.UNKNOWN,
    ]


SLACK = SeenSlack(scopes=frozenset({"chat:write", "usergroups:read"}), member=True)


@pytest.mark.parametrize(
    ("seen", "severity", "words"),
    [
        (SLACK, None, ""),
        (SeenSlack(unusable="the secret has no bot_token"), Severity.ERROR, "has no bot_token"),
        (SeenSlack(refused="token_revoked"), Severity.ERROR, "Slack refuses it: token_revoked"),
        (replace(SLACK, scopes=None), Severity.UNKNOWN, "does not tell which scopes"),
        (replace(SLACK, scopes=frozenset({"usergroups:read"})), Severity.ERROR, "lacks chat:write"),
        (replace(SLACK, scopes=frozenset({"chat:write"})), Severity.ERROR, "lacks usergroups:read"),
        (replace(SLACK, member=None, channel_error="missing_scope"), Severity.NOTE, "without channels:read"),
        (replace(SLACK, member=None, channel_error="channel_not_found"), Severity.ERROR, "channel_not_found"),
        (replace(SLACK, archived=True), Severity.ERROR, "the channel is archived"),
        (replace(SLACK, member=False), Severity.ERROR, "the app is not in the channel"),
    ],
)
def test_cards_can_reach_the_channel(seen: SeenSlack, severity: Severity | None, words: str) -> None:
    found = list(judge_slack(seen, deployed(Approvers="U0A,S0ONCALL")))
    assert [defect.severity for defect in found] == ([severity] if severity else [])
    assert all(words in defect.problem and defect.fix for defect in found)


def test_user_groups_are_read_only_for_approvers_that_are_groups() -> None:
    alone = replace(SLACK, scopes=frozenset({"chat:write"}))
    assert list(judge_slack(alone, deployed(Approvers="U0A"))) == []
