"""The rows of docs/iam.md, as the expanded template has them: each action, and what it may be done to."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.template.expanded import Template, resources
from tests.template.iam_reference import NEWER_ACTIONS, arn_formats
from tests.template.test_iam_actions import arn

# The conditions of the policies, by what they compare; a new one needs its words here.
CONDITIONS = {
    "kms:ViaService s3 owner": "through S3, if tagged `crosscheck:owner`",
    "kms:ViaService s3 adopt": "through S3, if tagged `crosscheck:adopt`",
    "kms:ViaService secretsmanager": "through Secrets Manager",
    "owner": "if tagged `crosscheck:owner`",
    "adopt": "if tagged `crosscheck:adopt`",
    "request owner": "with the tag `crosscheck:owner`",
    "iam:PassedToService events.amazonaws.com": "to EventBridge",
    "iam:PassedToService ecs-tasks.amazonaws.com": "to ECS tasks",
    "iam:AWSServiceName": "of ECR's replication",
    "aws:RequestedRegion": "in the stack's region",
}

EVERY = {"codepipeline": "every pipeline", "s3": "every bucket"}  # whose ARNs end with a name and nothing else

type Rows = list[tuple[str, str]]


def tables() -> dict[str, Rows]:
    """By role, or managed policy: its allowed actions in order, each with the words for what it may be done to."""
    found: dict[str, Rows] = {}
    for name, role in resources("AWS::IAM::Role").items():
        found[name] = [row for policy in role.get("Policies", []) for row in _rows(policy["PolicyDocument"])]
    for name, policy in resources("AWS::IAM::ManagedPolicy").items():
        found[name] = _rows(policy["PolicyDocument"])
    return found


def _rows(document: Template) -> Rows:
    allowed = [each for each in document["Statement"] if each["Effect"] == "Allow"]
    return [(action, _on(action, each)) for each in allowed for action in _list(each["Action"])]


def _on(action: str, statement: Template) -> str:
    """Those resources of the statement that the action can be done to, where, and on what condition."""
    named = [_words(each) for each in _list(statement["Resource"]) if _fits(action, each)]
    [where] = {where for _, where in named}
    words = ", ".join(dict.fromkeys(name for name, _ in named)) + where
    condition = statement.get("Condition")
    return f"{words} {CONDITIONS[_compared(condition)]}" if condition else words


def _fits(action: str, resource: Any) -> bool:
    name = arn(resource)
    return name == "*" or action in NEWER_ACTIONS or any(form.fullmatch(name) for form in arn_formats(action))


def _words(resource: Any) -> tuple[str, str]:
    """A resource of the stack by its logical id; anything else by the end of its ARN; and where it may be."""
    if resource == "*":
        return "`*`", ""
    [(function, argument)] = resource.items()
    if function != "Fn::Sub":
        return f"`{argument if function == 'Ref' else argument[0]}`", ""
    text = argument if isinstance(argument, str) else argument[0]
    if own := re.fullmatch(r"\$\{(\w+)\.Arn\}/(.*)", text):
        return f"`{own[1]}/{own[2]}`", ""
    _, _, service, region, account, rest = text.replace("AWS::", "").split(":", 5)
    rest = rest.replace("${AccountId}", "<account>").replace("${", "<").replace("}", ">")
    name = EVERY[service] if rest == "*" else f"`{rest}`"
    where = " of any account" if account == "*" else ""
    return name, where + (" in any region" if region == "*" else "")


def _compared(condition: Template) -> str:
    """The condition by its keys, and by the value where that tells two apart."""
    text = json.dumps(condition)
    tag = next((tag for tag in ("owner", "adopt") if f"aws:ResourceTag/crosscheck:{tag}" in text), "")
    for key in ("iam:PassedToService", "iam:AWSServiceName", "aws:RequestedRegion"):
        if key in text:
            return f"{key} {condition['StringEquals'][key]}" if key == "iam:PassedToService" else key
    if "kms:ViaService" in text:
        return "kms:ViaService secretsmanager" if "secretsmanager" in text else f"kms:ViaService s3 {tag}"
    return "request owner" if "aws:RequestTag/crosscheck:owner" in text else tag


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
