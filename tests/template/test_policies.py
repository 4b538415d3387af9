"""What the deployed stack may do, and what it must have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from crosscheck.clients import CONFIG
from crosscheck.registry.rollbacks import ROLLBACKS
from crosscheck.services.codepipeline.rollback import StageRollback
from tests.template.expanded import Template, expanded, resources
from update_card.posted_messages import CLAIM_SECONDS

# What changes a service that releases deploy to, or is asked for by such a change.
CHANGING = StageRollback.permissions.union(*(rollback.permissions for rollback in ROLLBACKS.values()))
READING = re.compile(r"(BatchGet|Describe|Get|List)[A-Z]")
# A gate's answer to its pipeline, the state machine's call of its own functions, and what a person's click does to a
# pipeline: it goes on, runs again, or stops.
NOT_DEPLOYING = {
    "codepipeline:PutApprovalResult",
    "codepipeline:PutJobFailureResult",
    "codepipeline:PutJobSuccessResult",
    "codepipeline:RetryStageExecution",
    "codepipeline:StopPipelineExecution",
    "lambda:InvokeFunction",
}
# The roles that no function has: which service works under them, and for which things of the account.
WORKING_UNDER = {
    "VerifyReleaseRole": ("states", "states:${AWS::Region}:${AWS::AccountId}:stateMachine:*VerifyRelease*"),
    "ForwardingRole": ("events", "events:*:${AWS::AccountId}:rule/crosscheck-forward-*"),
    "ReconcileScheduleRole": ("scheduler", "scheduler:${AWS::Region}:${AWS::AccountId}:schedule-group/default"),
}
# Who answers in time, or whose next run is near: no invocation of these is worth more than this (retries, seconds).
INVOKED_ASYNCHRONOUSLY = {"GateStage": (2, 1_200), "ProvisionRegions": (2, 3_300), "Reconcile": (0, 120)}


def _statements() -> Iterator[tuple[str, Template]]:
    for name, role in resources("AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement
    for name, policy in resources("AWS::IAM::ManagedPolicy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            yield name, statement


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


ALLOWED = [(name, action, s) for name, s in _statements() if s["Effect"] == "Allow" for action in _list(s["Action"])]


@pytest.mark.parametrize(("role", "action"), [(name, action) for name, action, _ in ALLOWED])
def test_actions_are_exact(role: str, action: str) -> None:
    assert "*" not in action, f"{role} may do {action}"


def test_a_services_history_is_readable_by_the_service_as_well() -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment-permissions.html"""
    reading = ("ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions", "ecs:ListServiceDeployments")
    for action in reading:
        [statement] = [each for _, allowed, each in ALLOWED if allowed == action]
        named = {each["Fn::Sub"].rpartition(":")[2] for each in statement["Resource"]}
        assert named == {"service/*", "service-deployment/*", "service-revision/*"}, action


def test_only_the_rollback_policy_may_change_what_releases_deploy_to() -> None:
    services = {action.partition(":")[0] for action in CHANGING} - {"iam"}
    writing = {
        (name, action)
        for name, action, _ in ALLOWED
        if action.partition(":")[0] in services and not READING.match(action.partition(":")[2])
    }
    assert {name for name, action in writing if action not in NOT_DEPLOYING} == {"RollbackPolicy"}
    assert {action for _, action in writing} <= CHANGING | NOT_DEPLOYING


def test_the_rollback_policy_is_roll_backs_alone_and_gone_with_rollback_mode_off() -> None:
    template = expanded()
    assert template["Resources"]["RollbackPolicy"]["Condition"] == "RollbackOn"
    assert template["Conditions"]["RollbackOn"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "RollbackMode"}, "off"]}]}
    holders = {
        name: policy
        for name, role in resources("AWS::IAM::Role").items()
        for policy in role.get("ManagedPolicyArns", [])
        if "RollbackPolicy" in str(policy)
    }
    attached = {"Fn::If": ["RollbackOn", {"Ref": "RollbackPolicy"}, {"Ref": "AWS::NoValue"}]}
    assert holders == {"RollBackRole": attached}


@pytest.mark.parametrize("policy", [*resources("AWS::IAM::ManagedPolicy")])
def test_a_managed_policy_fits_iams_limit(policy: str) -> None:
    document = json.dumps(resources("AWS::IAM::ManagedPolicy")[policy]["PolicyDocument"], separators=(",", ":"))
    assert len(document) < 6_144  # substitutions make it shorter, not longer


def test_f51_only_the_service_that_works_under_a_role_may_assume_it() -> None:
    for name, role in resources("AWS::IAM::Role").items():
        trusted = [s["Principal"]["Service"] for s in role["AssumeRolePolicyDocument"]["Statement"]]
        service, _ = WORKING_UNDER.get(name, ("lambda", ""))
        assert trusted == [f"{service}.amazonaws.com"], name


def test_f51_and_only_for_what_this_account_has_of_that_service() -> None:
    """Lambda names neither account nor function when it assumes a role; only who may pass the role decides there."""
    for name, (_, ours) in WORKING_UNDER.items():
        [trust] = resources("AWS::IAM::Role")[name]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Condition"] == {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
            "ArnLike": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:" + ours}},
        }


def test_the_provider_changes_nothing_about_plans() -> None:
    statements = [statement for role, statement in _statements() if role == "ProvisionRegionsRole"]
    changing = {"ssm:AddTagsToResource", "ssm:DeleteParameters", "ssm:PutParameter"}
    [denied] = [set(each["Action"]) for each in statements if each.get("Sid") == "NeverPlans"]
    [allowed] = [set(each["Action"]) for each in statements if each.get("Sid") == "Parameters"]
    assert denied == changing == {action for action in allowed if not action.startswith(("ssm:Get", "ssm:List"))}


def test_every_role_takes_the_permissions_boundary() -> None:
    for name, role in resources("AWS::IAM::Role").items():
        assert role["PermissionsBoundary"]["Fn::If"][0] == "HasBoundary", name


def test_no_function_may_create_log_groups_and_each_has_its_own() -> None:
    groups = {str(function["LoggingConfig"]["LogGroup"]) for function in resources("AWS::Lambda::Function").values()}
    assert len(groups) == len(resources("AWS::Lambda::Function"))
    assert "logs:CreateLogGroup" not in {action for _, action, _ in ALLOWED}
    for name, group in resources("AWS::Logs::LogGroup").items():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name


def test_functions_reserve_no_concurrency() -> None:
    for name, function in resources("AWS::Lambda::Function").items():
        assert "ReservedConcurrentExecutions" not in function, name


def test_queues_are_encrypted_kept_long_and_end_in_a_dead_letter_queue() -> None:
    queues = resources("AWS::SQS::Queue")
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] is True, name
        assert queue["MessageRetentionPeriod"] == 14 * 86_400, name
        assert ("RedrivePolicy" in queue) != name.endswith("DeadLetters"), name
    assert queues["CardQueue"]["RedrivePolicy"]["maxReceiveCount"] >= 1_000


def test_f51_only_our_rules_of_this_account_reach_the_events_queue_and_nobody_any_queue_without_tls() -> None:
    (policy,) = resources("AWS::SQS::QueuePolicy").values()
    queues = [*resources("AWS::SQS::Queue")]
    arns = [{"Fn::GetAtt": [name, "Arn"]} for name in queues]
    rules = [{"Fn::GetAtt": [name, "Arn"]} for name in resources("AWS::Events::Rule")]
    assert sorted(each["Ref"] for each in policy["Queues"]) == sorted(queues)
    delivers, tls = policy["PolicyDocument"]["Statement"]
    assert (delivers["Effect"], delivers["Principal"]) == ("Allow", {"Service": "events.amazonaws.com"})
    assert delivers["Condition"] == {
        "ArnEquals": {"aws:SourceArn": rules},
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
    }
    assert (tls["Effect"], tls["Principal"], tls["Action"]) == ("Deny", "*", "sqs:*")
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert sorted(map(str, tls["Resource"])) == sorted(map(str, arns))


@pytest.mark.parametrize("url", ["http://slack.com/api/", "https://slack.com/api", "http://10.0.0.1/api/"])
def test_slack_is_called_over_tls(url: str) -> None:
    """But in a local account, whose Slack is on loopback."""
    pattern = expanded()["Parameters"]["SlackApiUrl"]["AllowedPattern"]
    assert re.fullmatch(pattern, "https://slack.com/api/")
    assert not re.fullmatch(pattern, url)


def test_no_variable_of_a_function_holds_a_secret() -> None:
    """A parameter that held one would have to be hidden (NoEcho); there is none."""
    template = expanded()
    assert [name for name, each in template["Parameters"].items() if each.get("NoEcho")] == []
    for name, function in resources("AWS::Lambda::Function").items():
        named = {
            variable for variable in function["Environment"]["Variables"] if "SECRET" in variable or "TOKEN" in variable
        }
        assert named <= {"SLACK_SECRET"}, name
        if named:
            assert function["Environment"]["Variables"]["SLACK_SECRET"] == {"Ref": "SlackSecret"}


def test_f08_every_dead_letter_queue_has_an_alarm() -> None:
    watched = {str(alarm["Dimensions"][0]["Value"]) for alarm in resources("AWS::CloudWatch::Alarm").values()}
    dead = [name for name in resources("AWS::SQS::Queue") if name.endswith("DeadLetters")]
    assert all(any(name in value for value in watched) for name in dead)


def test_the_errors_of_every_function_ring_an_alarm() -> None:
    every = expanded()["Resources"]
    watched = {
        every[name]["Properties"]["Dimensions"][0]["Value"]["Ref"]: every[name].get("Condition")
        for name, alarm in resources("AWS::CloudWatch::Alarm").items()
        if (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors")
    }
    assert watched == {name: every[name].get("Condition") for name in resources("AWS::Lambda::Function")}


@pytest.mark.parametrize("name", [*resources("AWS::CloudWatch::Alarm")])
def test_an_alarm_rings_above_its_threshold_and_tells_the_topic(name: str) -> None:
    alarm = resources("AWS::CloudWatch::Alarm")[name]
    told = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    # Lambda runs a request twice more if provision_regions says by an error that it needs another run, and the state
    # machine calls its functions again. A board that was not drawn once is drawn at the next refresh.
    called_again = dict.fromkeys(("PlanChecks", "CheckRegion", "RollBack", "ConcludeChecks", "RenderWidget"), 3)
    threshold = {"ProvisionRegions": 2, **called_again}.get(name.removesuffix("ErrorsAlarm"), 0)
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (threshold, "GreaterThanThreshold")
    assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (1, "notBreaching")
    assert alarm["AlarmActions"] == told
    assert alarm["AlarmDescription"]


def test_a_queue_hides_a_message_six_times_as_long_as_its_function_may_run() -> None:
    functions, queues = resources("AWS::Lambda::Function"), resources("AWS::SQS::Queue")
    for function, queue in (("RecordEvents", "EventsQueue"), ("UpdateCard", "CardQueue")):
        assert queues[queue]["VisibilityTimeout"] >= 6 * functions[function]["Timeout"]
    for mapping in resources("AWS::Lambda::EventSourceMapping").values():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_f20_a_function_outlives_a_call_that_nobody_answers() -> None:
    config: Any = CONFIG  # the stubs know none of its attributes
    hanging = (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"]
    for name, function in resources("AWS::Lambda::Function").items():
        assert function["Timeout"] > 1.5 * hanging, name


def test_a_card_is_claimed_for_longer_than_its_function_may_run() -> None:
    assert resources("AWS::Lambda::Function")["UpdateCard"]["Timeout"] < CLAIM_SECONDS


def test_the_rule_tries_for_a_day_and_keeps_what_it_cannot_deliver() -> None:
    kept = {"Arn": {"Fn::GetAtt": ["EventsDeadLetters", "Arn"]}}
    for name, rule in resources("AWS::Events::Rule").items():
        for target in rule["Targets"]:
            assert target["DeadLetterConfig"] == kept, name
            assert target["RetryPolicy"] == {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86_400}, name
        assert rule["EventPattern"]["account"] == [{"Ref": "AWS::AccountId"}], name


def test_f58_what_is_invoked_asynchronously_is_tried_again_as_long_as_somebody_waits_for_it() -> None:
    """No dead letters: a job carries credentials and a request a signed address, see tools/accepted-weaknesses.yaml."""
    configs = {each["FunctionName"]["Ref"]: each for each in resources("AWS::Lambda::EventInvokeConfig").values()}
    told = {name: (each["MaximumRetryAttempts"], each["MaximumEventAgeInSeconds"]) for name, each in configs.items()}
    assert told == INVOKED_ASYNCHRONOUSLY
    assert all(not each["DestinationConfig"] for each in configs.values())


def test_every_function_has_its_way_of_being_invoked() -> None:
    """By a queue with dead letters, asynchronously, or by whoever waits for its answer and sees an error."""
    template = expanded()["Resources"]
    queued = {each["FunctionName"]["Ref"] for each in resources("AWS::Lambda::EventSourceMapping").values()}
    called = set(
        re.findall(r"\b[A-Z]\w+(?=', 'Arn')", str(template["VerifyRelease"]["Properties"]["DefinitionSubstitutions"]))
    )
    answered = called | {"HandleInteraction", "RenderWidget"}
    assert queued | set(INVOKED_ASYNCHRONOUSLY) | answered == set(resources("AWS::Lambda::Function"))


def test_reconcile_runs_every_two_minutes_under_a_name_of_this_stack() -> None:
    [schedule] = resources("AWS::Scheduler::Schedule").values()
    assert schedule["Name"] == {"Fn::Sub": "${AWS::StackName}-reconcile"}
    assert schedule["ScheduleExpression"] == "rate(2 minutes)"
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["Reconcile", "Arn"]}
    # Nor are there dead letters: a run that is lost is nothing to keep, the next one does the same.
    assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    assert resources("AWS::Lambda::Function")["Reconcile"]["Timeout"] <= 120  # the next run begins where this one ends


def test_the_ledger_forgets_recovers_and_is_encrypted() -> None:
    (ledger,) = resources("AWS::DynamoDB::Table").values()
    assert ledger["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert ledger["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert ledger["SSESpecification"] == {"SSEEnabled": True}


def test_layer_versions_go_with_the_stack() -> None:
    layers = [r for r in expanded()["Resources"].values() if r["Type"] == "AWS::Lambda::LayerVersion"]
    assert [layer["DeletionPolicy"] for layer in layers] == ["Delete"]


def test_f21_a_custom_resource_does_not_hang_for_an_hour() -> None:
    customs = [r for r in expanded()["Resources"].values() if r["Type"].startswith("Custom::")]
    assert [custom["Properties"]["ServiceTimeout"] for custom in customs] == [3300, 3300, 3300]


def test_a_pipelines_role_may_do_all_that_aws_asks_for_in_an_artifact_store() -> None:
    """docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html: what its minimum lists for S3."""
    statements = resources("AWS::IAM::ManagedPolicy")["PipelineArtifactPolicy"]["PolicyDocument"]["Statement"]
    named = [each for each in statements if "ArtifactStorePrefix" in str(each["Resource"])]
    on_objects = {action for each in named if "/*" in str(each["Resource"]) for action in each["Action"]}
    on_buckets = {action for each in named if "/*" not in str(each["Resource"]) for action in each["Action"]}
    assert {"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"} <= on_objects
    assert {"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"} <= on_buckets


def test_f51_eventbridge_delivers_for_our_rules_of_this_account_alone() -> None:
    """Without a source, EventBridge would deliver to our queues for any rule of any account."""
    [policy] = resources("AWS::SQS::QueuePolicy").values()
    allowed = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]
    assert allowed
    for statement in allowed:
        condition = statement["Condition"]
        assert condition["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        sources = {each["Fn::GetAtt"][0] for each in condition["ArnEquals"]["aws:SourceArn"]}
        assert sources
        assert sources <= resources("AWS::Events::Rule").keys()
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
