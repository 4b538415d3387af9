"""The command of operators against a deployed stack, in an account of its own: it is broken on purpose."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from crosscheck_cli.app import app, main
from local.account import HOME_REGION, ROOT, RUNS, SLACK_SECRET, Account
from local.scenarios.canary_service import CanaryService
from local.stack import BUILT_TEMPLATE, SAM
from tests.builders import events
from tests.e2e.enforced import put_policy
from tests.e2e.outside import Outside, wait_until
from tests.e2e.verifications import settled
from tests.unit.docs.markdown import rights, section

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
OURS = "pipeline-artifacts-{}-{}"


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """An account whose alarms are heard."""
    with Account(RUNS / f"operators-{os.getpid()}") as running:
        topic = running.aws.client("sns", HOME_REGION).create_topic(Name="alarms")["TopicArn"]
        queue = f"arn:aws:sqs:{HOME_REGION}:{running.account_id}:heard"
        running.aws.client("sns", HOME_REGION).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
        running.deploy(AlarmTopicArn=topic)
        yield running


@pytest.fixture(scope="module")
def canary(account: Account) -> CanaryService:
    return CanaryService(account).release_first()


@pytest.fixture(scope="module")
def operator(account: Account) -> dict[str, str]:
    """The credentials of a role that may do what docs/operations.md says, and nothing else."""
    iam = account.aws.client("iam", HOME_REGION)
    anybody = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account.account_id}:root"}}
    trust = {"Version": "2012-10-17", "Statement": [{**anybody, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="operator", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    actions = sorted(rights(section("operations.md", "### Rights")))
    put_policy(account, "operator", "operations", [{"Effect": "Allow", "Action": actions, "Resource": "*"}])
    sts = account.aws.client("sts", HOME_REGION)
    given = sts.assume_role(RoleArn=role, RoleSessionName="night")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


@pytest.fixture(autouse=True)
def _credentials(account: Account, operator: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**account.environment, **operator, "COLUMNS": "200"}.items():
        monkeypatch.setenv(name, value)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code, and what was printed."""
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, capsys.readouterr().out


def physical_ids(account: Account) -> dict[str, str]:
    """The stack's resources by their logical ids."""
    client = account.aws.client("cloudformation", HOME_REGION)
    pages = client.get_paginator("list_stack_resources").paginate(StackName="crosscheck")
    listed = [each for page in pages for each in page["StackResourceSummaries"]]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}


def test_the_story_of_a_region_that_broke_silently(
    account: Account, canary: CanaryService, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = Outside(account.describe())
    outside.deployments(EU, "unhealthy")
    execution = canary.push("Break the second region")
    assert canary.wait(execution) == "Failed"
    settled(outside, execution, us_east_1="passed", eu_west_1="rolled_back", ap_southeast_1="passed")
    code, out = run(capsys, "explain", execution[:8], "--json")
    story = json.loads(out)
    assert (code, story["execution"], story["state"]) == (0, execution, "FAILED")
    assert {part["region"]: part["state"] for part in story["regions"]}[EU] == "rolled_back"
    told = [(entry["source"], entry["where"], entry["text"].split(":")[0]) for entry in story["timeline"]]
    chain = [
        ("event", f"DeploySecondary / Deploy-EU-West · {EU}", "began (ECS)"),
        ("look", f"DeploySecondary · {EU}", "looked at, failed"),
        ("rollback", f"DeploySecondary · {EU}", "rolled back"),
    ]
    assert [each for each in told if each in chain] == chain
    _, shown = run(capsys, "status")
    assert "↩ rolled back" in shown
    assert execution[:8] in shown


def test_a_healthy_stack_has_no_defect(canary: CanaryService, capsys: pytest.CaptureFixture[str]) -> None:
    assert canary.first_execution
    code, out = run(capsys, "doctor", "--json")
    found = [defect for area in json.loads(out) for defect in area["defects"]]
    # The manifest's scopes do not let the app look at the channel: it says so, and nothing is wrong.
    assert [(defect["severity"], defect["where"]) for defect in found] == [("note", "C0RELEASES")]
    assert code == 0


def test_what_an_operator_may_not_look_at_is_said(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    put_policy(account, "operator", "denied", [{"Effect": "Deny", "Action": "events:ListRules", "Resource": "*"}])
    code, out = run(capsys, "doctor", "--json")
    account.aws.client("iam", HOME_REGION).delete_role_policy(RoleName="operator", PolicyName="denied")
    unseen = [(area["name"], each["where"]) for area in json.loads(out) for each in area["defects"] if _unseen(each)]
    assert (code, unseen) == (1, [("events", EU), ("events", AP)])


def _unseen(defect: dict[str, str]) -> bool:
    return defect["severity"] == "unknown" and defect["fix"].startswith("give yourself the right")


def test_what_was_given_up_is_replayed_into_the_ledger(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    event = {**events.pipeline("SUCCEEDED"), "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    dead = physical_ids(account)["EventsDeadLetters"]
    sqs = account.aws.client("sqs", HOME_REGION)
    sqs.send_message(QueueUrl=dead, MessageBody=json.dumps(event))
    assert run(capsys, "replay", "events", "--dry-run")[0] == 0
    code, out = run(capsys, "replay", "events", "--yes")
    assert (code, "1 replayed." in out) == (0, True)
    story = wait_until(lambda: run(capsys, "explain", events.EXECUTION, "--json")[1], "the replayed release")
    assert json.loads(story)["state"] == "SUCCEEDED"
    assert sqs.receive_message(QueueUrl=dead).get("Messages", []) == []


def test_what_init_writes_is_what_sam_deploys(account: Account, tmp_path: Path) -> None:
    shutil.copy(ROOT / "template.yaml", tmp_path)
    (tmp_path / "slack").mkdir()
    shutil.copy(ROOT / "slack/manifest.yaml", tmp_path / "slack")
    answers = ["second", HOME_REGION, f"{EU}, {AP}", "", "auto", "", "C0TEAM", SLACK_SECRET, "U0A, S0B", "", "", ""]
    result = CliRunner().invoke(app, ["init", "--folder", str(tmp_path)], input="\n".join(answers))
    assert result.exit_code == 0, result.output
    config = ("--config-file", str(tmp_path / "samconfig.toml"), "--no-confirm-changeset", "--no-execute-changeset")
    command = [str(SAM), "deploy", "--template-file", str(BUILT_TEMPLATE), *config]
    done = subprocess.run(  # noqa: S603 - the SAM CLI that make installed
        command, env=account.sam_environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    stacks = account.aws.client("cloudformation", HOME_REGION)
    [changes] = stacks.list_change_sets(StackName="second")["Summaries"]
    described = stacks.describe_change_set(StackName="second", ChangeSetName=changes["ChangeSetName"])
    given = {each["ParameterKey"]: each["ParameterValue"] for each in described["Parameters"]}
    assert (given["Regions"], given["RollbackMode"]) == (f"{EU}, {AP}", "auto")
    assert (given["SlackChannel"], given["Approvers"]) == ("C0TEAM", "U0A, S0B")


def test_doctor_finds_each_planted_defect(
    account: Account, canary: CanaryService, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = Defects(account, canary).plant()
    code, out = run(capsys, "doctor", "--json")
    assert code == 2
    found = {
        (area["name"], defect["where"], defect["problem"]): defect["fix"]
        for area in json.loads(out)
        for defect in area["defects"]
        if defect["severity"] != "note"
    }
    for area, where, problem in expected:
        [fix] = [fix for (a, w, p), fix in found.items() if (a, w) == (area, where) and problem in p]
        assert fix, (area, where)
    assert len(found) == len(expected) > 10
    _, shown = run(capsys, "doctor")
    assert f"✗ error · {EU}: the bucket {OURS.format(EU, account.account_id)} does not block all public access" in shown
    assert f"fix: aws s3api put-public-access-block --bucket {OURS.format(EU, account.account_id)}" in shown


class Defects:
    """What may go wrong with a stack after it was deployed."""

    def __init__(self, account: Account, canary: CanaryService) -> None:
        self._account = account
        self._role = canary.pipeline
        self._ids = physical_ids(account)

    def plant(self) -> list[tuple[str, str, str]]:
        """Plant all of them; area, place and problem of each, as the doctor calls them."""
        return [*self._in_stores(), *self._in_events(), *self._in_functions(), *self._elsewhere()]

    def _aws(self, service: str, region: str = HOME_REGION) -> Any:
        return self._account.aws.client(service, region)

    def _in_stores(self) -> list[tuple[str, str, str]]:
        eu, ap = (OURS.format(region, self._account.account_id) for region in (EU, AP))
        self._aws("s3", EU).delete_public_access_block(Bucket=eu)
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        self._aws("s3", EU).put_bucket_encryption(Bucket=eu, ServerSideEncryptionConfiguration={"Rules": [rule]})
        self._aws("s3", AP).delete_bucket_policy(Bucket=ap)
        self._aws("s3", AP).put_bucket_versioning(Bucket=ap, VersioningConfiguration={"Status": "Suspended"})
        kms = self._aws("kms")
        key = kms.describe_key(KeyId="alias/pipeline-artifacts")["KeyMetadata"]["KeyId"]
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        return [
            ("stores", EU, "does not block all public access"),
            ("stores", EU, "encrypts with AES256, not with its own key"),
            ("stores", AP, "does not deny requests without TLS"),
            ("stores", AP, "the versioning of the bucket"),
            ("stores", HOME_REGION, "is about to be deleted"),
        ]

    def _in_events(self) -> list[tuple[str, str, str]]:
        [rule] = self._aws("events", EU).list_rules(NamePrefix="crosscheck-forward-")["Rules"]
        self._aws("events", EU).disable_rule(Name=rule["Name"])
        self._aws("events").remove_targets(Rule=self._ids["ImagePushes"], Ids=["events-queue"])
        self._aws("ecr").put_replication_configuration(replicationConfiguration={"rules": []})
        return [
            ("events", EU, "is DISABLED"),
            ("events", HOME_REGION, "does not lead to the events queue"),
            ("replication", HOME_REGION, f"no replication rule brings images of my-service* to {EU}, {AP}"),
        ]

    def _in_functions(self) -> list[tuple[str, str, str]]:
        functions = self._aws("lambda")
        functions.update_event_source_mapping(UUID=self._ids["UpdateCardQueue"], Enabled=False)
        functions.put_function_concurrency(FunctionName=self._ids["CheckRegion"], ReservedConcurrentExecutions=0)
        scheduler = self._aws("scheduler")
        schedule = scheduler.get_schedule(Name=self._ids["ReconcileSchedule"])
        kept = {name: schedule[name] for name in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")}
        scheduler.update_schedule(**kept, State="DISABLED")
        return [
            ("functions", "UpdateCardQueue", "the queue is not read"),
            ("functions", "CheckRegion", "it is stopped"),
            ("functions", "ReconcileSchedule", "is DISABLED"),
        ]

    def _elsewhere(self) -> list[tuple[str, str, str]]:
        self._aws("sqs").send_message(QueueUrl=self._ids["EventsDeadLetters"], MessageBody="{}")
        self._aws("cloudwatch").disable_alarm_actions(AlarmNames=[self._ids["StuckReleasesAlarm"]])
        policy = self._account.outputs["GateInvocationPolicyArn"]
        self._aws("iam").detach_role_policy(RoleName=self._role, PolicyArn=policy)
        secret = json.dumps({"bot_token": "revoked", "signing_secret": self._account.signing_secret})
        self._aws("secretsmanager").put_secret_value(SecretId=SLACK_SECRET, SecretString=secret)
        return [
            ("queues", "EventsDeadLetters", "1 message that nobody could handle"),
            ("alarms", "StuckReleasesAlarm", "nobody hears this alarm"),
            ("gates", "multi-region-service (us-east-1)", "the role multi-region-service may not"),
            ("slack", "token", "Slack refuses it: invalid_auth"),
        ]
