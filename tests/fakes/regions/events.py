"""EventBridge's default buses: rules take tags only when made, five targets at most, and keep while they have any."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import botocore.session

from local.aws_json.constraints import violations
from tests.fakes.regions.errors import refusal

MAX_TARGETS = 5
NOT_FOUND = "ResourceNotFoundException"


@dataclass
class FakeRule:
    arn: str
    pattern: str = "{}"
    state: str = "ENABLED"
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)


class FakeEvents:
    """The rules of one account, by region and name."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._model = botocore.session.get_session().get_service_model("events")
        self.rules: dict[tuple[str, str], FakeRule] = {}
        self.role_unknown = 0  # so often a target's new role is not known yet
        self.busy = 0  # so often a call answers that single targets failed

    @property
    def regions(self) -> list[str]:
        """The regions that have rules, each as often as it has some."""
        return sorted(region for region, _ in self.rules)

    def add_rule(self, region: str, name: str, **changes: Any) -> FakeRule:
        """A rule that somebody made."""
        rule = FakeRule(f"arn:aws:events:{region}:{self._account}:rule/{name}", **changes)
        self.rules[region, name] = rule
        return rule

    def PutRule(self, region: str, **params: Any) -> dict[str, Any]:  # noqa: N802 - named as the operation
        self._refuse_broken("PutRule", params)
        if not isinstance(json.loads(params["EventPattern"]), dict):
            raise refusal("InvalidEventPatternException")
        found = self.rules.get((region, params["Name"]))
        rule = found or self.add_rule(region, params["Name"])
        rule.pattern, rule.state = params["EventPattern"], params.get("State", "ENABLED")
        rule.description = params.get("Description", "")
        if not found:  # "If you are updating an existing rule, any tags you specify are ignored."
            rule.tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}
        return {"RuleArn": rule.arn}

    def DescribeRule(self, region: str, Name: str) -> dict[str, Any]:  # noqa: N802, N803
        rule = self._rule(region, Name)
        return {"Name": Name, "Arn": rule.arn, "EventPattern": rule.pattern, "State": rule.state}

    def ListTagsForResource(self, region: str, ResourceARN: str) -> dict[str, Any]:  # noqa: N802, N803
        rule = self._rule(region, ResourceARN.rpartition("/")[2])
        return {"Tags": [{"Key": key, "Value": value} for key, value in rule.tags.items()]}

    def ListTargetsByRule(self, region: str, Rule: str) -> dict[str, Any]:  # noqa: N802, N803
        return {"Targets": list(self._rule(region, Rule).targets.values())}

    def PutTargets(self, region: str, Rule: str, Targets: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N802, N803
        self._refuse_broken("PutTargets", {"Rule": Rule, "Targets": Targets})
        rule, wanted = self._rule(region, Rule), {target["Id"]: target for target in Targets}
        for target in Targets:
            if ":event-bus/" in target["Arn"] and target["Arn"].split(":")[3] != region and not target.get("RoleArn"):
                raise refusal("ValidationException", "RoleArn is required")
        if self.role_unknown:
            self.role_unknown -= 1
            raise refusal("ValidationException", "Provided role cannot be assumed by principal 'events.amazonaws.com'.")
        if len(rule.targets | wanted) > MAX_TARGETS:
            raise refusal("LimitExceededException")
        failed = self._failed(wanted)
        if not failed["FailedEntryCount"]:
            rule.targets |= wanted
        return failed

    def RemoveTargets(self, region: str, Rule: str, Ids: list[str]) -> dict[str, Any]:  # noqa: N802, N803
        self._refuse_broken("RemoveTargets", {"Rule": Rule, "Ids": Ids})
        rule = self._rule(region, Rule)
        failed = self._failed(Ids)
        if not failed["FailedEntryCount"]:
            rule.targets = {key: target for key, target in rule.targets.items() if key not in Ids}
        return failed

    def DeleteRule(self, region: str, Name: str) -> dict[str, Any]:  # noqa: N802, N803
        rule = self.rules.get((region, Name))
        if rule and rule.targets:
            raise refusal("ValidationException", "Rule can't be deleted since it has targets.")
        self.rules.pop((region, Name), None)
        return {}

    def _failed(self, ids: Iterable[str]) -> dict[str, Any]:
        """What is said of single targets: that they failed, while somebody else changes the rule."""
        failed = [{"TargetId": next(iter(ids)), "ErrorCode": "ConcurrentModificationException"}] if self.busy else []
        self.busy -= len(failed)
        return {"FailedEntryCount": len(failed), "FailedEntries": failed}

    def _rule(self, region: str, name: str) -> FakeRule:
        if (region, name) not in self.rules:
            raise refusal(NOT_FOUND, f"Rule {name} does not exist on EventBus default.")
        return self.rules[region, name]

    def _refuse_broken(self, operation: str, params: dict[str, Any]) -> None:
        broken = list(violations(params, self._model.operation_model(operation).input_shape))
        if broken:
            raise refusal("ValidationException", "; ".join(broken), operation)
