"""The forwarding rule of one region: its name, the events that it matches, and its target.

A rule matches events of its own region only, and the home region has none. So events from elsewhere are never sent
on, and two homes that forward to each other make no loop.

The target has no dead-letter queue, because that would have to be in the rule's own region, where nobody would look.
EventBridge tries for 24 hours. Reconciliation, which reads the state itself, makes up for what is lost even so.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from crosscheck.aws_errors import ignoring
from crosscheck.size_limits import parse_json
from provision_regions.context import ProviderContext
from provision_regions.ownership.names import OWNER_TAG, ForeignError, Names, Ownership

TARGET_ID = "home"
# What the stack's own rules read at home, and nothing else: every event that is sent on costs.
FORWARDED: tuple[Mapping[str, Any], ...] = (
    {
        "source": ["aws.codepipeline"],
        "detail-type": [
            "CodePipeline Pipeline Execution State Change",
            "CodePipeline Stage Execution State Change",
            "CodePipeline Action Execution State Change",
        ],
    },
    {
        "source": ["aws.ecr"],
        "detail-type": ["ECR Image Action"],
        "detail": {"action-type": ["PUSH"], "result": ["SUCCESS"]},
    },
)
NOT_FOUND = "ResourceNotFoundException"
# EventBridge answers ValidationException if the target's role is so new that it is not known everywhere, and if it
# still sees targets that were just removed.
TRANSIENT = ("ConcurrentModificationException", "InternalException")
UNKNOWN_ROLE = "ValidationException"


def rule_name(names: Names) -> str:
    """The rule's name, the same in every region. Only the owner's tag says whose the rule is."""
    return f"crosscheck-forward-{hashlib.sha256(names.owner.encode()).hexdigest()[:12]}"


def event_pattern(account: str, region: str) -> str:
    """The pattern of the region's rule, as JSON."""
    return json.dumps({"account": [account], "region": [region], "$or": list(FORWARDED)})


def target(names: Names, role: str) -> Any:
    """The home region's default bus. The event arrives with its own account and region, and a new id and time."""
    bus = f"arn:{names.partition}:events:{names.home_region}:{names.account}:event-bus/default"
    return {"Id": TARGET_ID, "Arn": bus, "RoleArn": role}


@dataclass(frozen=True)
class RuleLook:
    """Whose the rule is. ``good``: it is enabled and has our pattern."""

    ownership: Ownership
    good: bool = False


class ForwardingRule:
    """The rule on the default bus of one region."""

    def __init__(self, context: ProviderContext, names: Names, region: str) -> None:
        self._events = context.clients.client("events", region)
        self._call = context.retrying.also_on(*TRANSIENT).awaiting_roles(UNKNOWN_ROLE)
        self._names = names
        self._name = rule_name(names)
        self._pattern = event_pattern(context.account, region)
        self._target = target(names, context.forwarding_role)

    def look_for_ours(self) -> RuleLook:
        """Look for the rule.

        Raises:
            ForeignError: the rule belongs to somebody else.
        """
        found = self._look()
        if found.ownership is Ownership.FOREIGN:
            raise ForeignError(
                f"the EventBridge rule {self._name} exists and is not ours (its tag {OWNER_TAG} is not "
                f"{self._names.owner}); it was left as it is"
            )
        return found

    def _look(self) -> RuleLook:
        """Look for the rule. The call that makes it also tags it, so a rule of ours is never without its tag."""
        with ignoring(NOT_FOUND):
            found = self._call(self._events.describe_rule, Name=self._name)
            listed = self._call(self._events.list_tags_for_resource, ResourceARN=found["Arn"])["Tags"]
            ours = {"Key": OWNER_TAG, "Value": self._names.owner} in listed
            matches = parse_json(found.get("EventPattern", "{}")) == parse_json(self._pattern)
            good = matches and found["State"] == "ENABLED"
            return RuleLook(Ownership.OURS if ours else Ownership.FOREIGN, good)
        return RuleLook(Ownership.ABSENT)

    def ensure(self, look: RuleLook) -> None:
        """Make the rule or correct it. Targets that somebody added stay."""
        if not look.good:
            self._put_rule(new=look.ownership is Ownership.ABSENT)
        if self._target not in self._call(self._events.list_targets_by_rule, Rule=self._name)["Targets"]:
            self._call(
                raising_partial_failures(self._events.put_targets, "PutTargets"),
                Rule=self._name,
                Targets=[self._target],
            )

    def remove(self) -> None:
        """Remove the rule with all its targets if it is ours."""
        if self._look().ownership is not Ownership.OURS:
            return
        with ignoring(NOT_FOUND):
            targets = self._call(self._events.list_targets_by_rule, Rule=self._name)["Targets"]
            if targets:
                ids = [entry["Id"] for entry in targets]
                self._call(
                    raising_partial_failures(self._events.remove_targets, "RemoveTargets"), Rule=self._name, Ids=ids
                )
            self._call(self._events.delete_rule, Name=self._name)

    def _put_rule(self, *, new: bool) -> None:
        """Write the rule. EventBridge takes tags only for a new rule and ignores them otherwise.

        https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
        """
        description = f"Sends this region's release events to {self._names.home_region} for {self._names.owner}"[:512]
        tags: Any = {"Tags": [{"Key": OWNER_TAG, "Value": self._names.owner}]} if new else {}
        self._call(
            self._events.put_rule,
            Name=self._name,
            EventPattern=self._pattern,
            State="ENABLED",
            Description=description,
            **tags,
        )


def raising_partial_failures[**P](method: Callable[P, Mapping[str, Any]], operation: str) -> Callable[P, None]:
    """The call, which now raises what AWS reports of a single target in an answer with status 200."""

    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        failed = method(*args, **kwargs)["FailedEntries"]
        if failed:
            reported = {"Code": failed[0].get("ErrorCode", ""), "Message": failed[0].get("ErrorMessage", "")}
            raise ClientError({"Error": reported}, operation)  # type: ignore[typeddict-item]

    return call
