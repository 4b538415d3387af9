"""Who forwards events, to where, and who may let him."""

from __future__ import annotations

import json

from provision_regions.forwarding.rule import event_pattern, rule_name
from provision_regions.ownership.names import Names
from tests.template.expanded import Template, resources

RULES = {"Fn::Sub": "arn:${AWS::Partition}:events:*:${AWS::AccountId}:rule/crosscheck-forward-*"}
HOME_BUS = {"Fn::Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"}
ROLE = {"Fn::GetAtt": ["ForwardingRole", "Arn"]}


def test_what_the_rules_at_home_read_is_forwarded_and_nothing_else() -> None:
    home = [rule["EventPattern"] for rule in resources("AWS::Events::Rule").values()]
    read = [{key: part for key, part in pattern.items() if key != "account"} for pattern in home]
    forwarded = json.loads(event_pattern("111122223333", "eu-west-1"))
    assert forwarded.pop("$or") == read
    assert forwarded == {"account": ["111122223333"], "region": ["eu-west-1"]}


def statements(role: str) -> list[Template]:
    policies = resources("AWS::IAM::Role")[role]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def test_the_role_may_put_events_on_the_home_bus_and_nothing_else() -> None:
    (allowed,) = statements("ForwardingRole")
    assert (allowed["Effect"], allowed["Action"], allowed["Resource"]) == ("Allow", "events:PutEvents", HOME_BUS)


def test_f51_only_our_rules_of_this_account_may_use_the_role() -> None:
    (trust,) = resources("AWS::IAM::Role")["ForwardingRole"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {"aws:SourceArn": RULES},
    }


def test_only_the_forwarding_role_may_be_passed_and_only_to_eventbridge() -> None:
    passing = [s for name in resources("AWS::IAM::Role") for s in statements(name) if "iam:PassRole" in s["Action"]]
    (statement,) = passing
    assert statement in statements("ProvisionRegionsRole")
    assert statement["Resource"] == ROLE
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "events.amazonaws.com"}}


def test_rights_on_rules_end_at_the_name_that_the_function_gives_them() -> None:
    for name in resources("AWS::IAM::Role"):
        for statement in statements(name):
            if "events:" in json.dumps(statement["Action"]) and name != "ForwardingRole":
                assert (name, statement["Resource"]) == ("ProvisionRegionsRole", RULES)
    made = rule_name(Names("aws", "111122223333", "us-east-1", "shop", "Forwarding", "EventForwarding"))
    assert made.startswith(RULES["Fn::Sub"].rpartition("rule/")[2].rstrip("*"))


def test_the_function_is_told_the_role() -> None:
    variables = resources("AWS::Lambda::Function")["ProvisionRegions"]["Environment"]["Variables"]
    assert variables["FORWARDING_ROLE_ARN"] == ROLE
