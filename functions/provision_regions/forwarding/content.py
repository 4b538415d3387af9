"""The content of a forwarding rule: its name, the events that it matches, and its target. Pure: no AWS call.

A rule matches events of its own region only, and the home region has none. So events from elsewhere are never sent
on, and two homes that forward to each other make no loop.

The target has no dead-letter queue, because that would have to be in the rule's own region, where nobody would look.
EventBridge tries for 24 hours. Reconciliation, which reads the state itself, makes up for what is lost even so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from provision_regions.ownership.names import Names

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import TargetTypeDef

TARGET_ID = "home"
SOURCES: Mapping[str, tuple[str, ...]] = {
    "aws.codedeploy": (
        "CodeDeploy Deployment State-change Notification",
        "CodeDeploy Instance State-change Notification",
    ),
    "aws.codepipeline": (
        "CodePipeline Action Execution State Change",
        "CodePipeline Pipeline Execution State Change",
        "CodePipeline Stage Execution State Change",
    ),
    "aws.ecr": ("ECR Image Action", "ECR Replication Action"),
    "aws.ecs": ("ECS Deployment State Change",),
}


def rule_name(names: Names) -> str:
    """The rule's name, the same in every region. Only the owner's tag says whose the rule is."""
    return f"crosscheck-forward-{hashlib.sha256(names.owner.encode()).hexdigest()[:12]}"


def event_pattern(account: str, region: str) -> str:
    """The pattern of the region's rule, as JSON; every detail-type belongs to one source only."""
    pattern = {
        "account": [account],
        "region": [region],
        "source": list(SOURCES),
        "detail-type": [kind for kinds in SOURCES.values() for kind in kinds],
    }
    return json.dumps(pattern)


def target(names: Names, role: str) -> TargetTypeDef:
    """The home region's default bus. The event arrives as it was sent, with its own region and time."""
    bus = f"arn:{names.partition}:events:{names.home_region}:{names.account}:event-bus/default"
    return {"Id": TARGET_ID, "Arn": bus, "RoleArn": role}
