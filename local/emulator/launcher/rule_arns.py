"""The ARN of an EventBridge rule as IAM policies name it; ministack asks for ``rule/default/<name>`` or for ``*``."""

import json
from typing import Any

from ministack.core import iam_actions

# The field that names the rule, by operation.
_FIELDS = {
    "DeleteRule": "Name",
    "DescribeRule": "Name",
    "DisableRule": "Name",
    "EnableRule": "Name",
    "ListTagsForResource": "ResourceARN",
    "ListTargetsByRule": "Rule",
    "PutRule": "Name",
    "PutTargets": "Rule",
    "RemoveTargets": "Rule",
    "TagResource": "ResourceARN",
    "UntagResource": "ResourceARN",
}


def _rule_arn(operation: str, body: bytes, region: str, account_id: str) -> str:
    """The ARN; empty where the request is about no rule."""
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return ""
    name, bus = request.get(_FIELDS.get(operation, "")), request.get("EventBusName", "default").rpartition("/")[2]
    if not name or str(name).startswith("arn:"):
        return name or ""
    return f"arn:aws:events:{region}:{account_id}:rule/{name if bus == 'default' else f'{bus}/{name}'}"


def install() -> None:
    """Authorise requests about a rule for its ARN."""
    extract = iam_actions.extract_resource_arn

    def extract_resource_arn(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> Any:
        _, region, account_id = rest
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        named = _rule_arn(operation, body, region, account_id) if service == "events" else ""
        return named or extract(service, method, path, headers, body, *rest)

    iam_actions.extract_resource_arn = extract_resource_arn
