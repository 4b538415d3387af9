"""What a forwarding rule is: its name, the events it matches, where it sends them. Pure: no AWS call.

A rule matches its own region only and there is none in the home region, so that what arrives from elsewhere is never
sent on: two homes that forward to each other make no loop.

The target has no dead-letter queue: it would have to be a queue in the rule's own region, which nobody would look at.
EventBridge tries for 24 hours, and what is lost even so is healed by reconciliation, which reads the state itself.
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
    """The rule's name, the same in every region; only its owner's tag says more about whose it is."""
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
    """The home region's default bus. The event arrives as it was sent, its own region and time included."""
    bus = f"arn:{names.partition}:events:{names.home_region}:{names.account}:event-bus/default"
    return {"Id": TARGET_ID, "Arn": bus, "RoleArn": role}
