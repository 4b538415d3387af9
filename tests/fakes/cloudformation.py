"""A fake of CloudFormation in one region: stacks with their events, and which states may be rolled back."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.json_protocol import RefusedError
from tests.fakes.modelled import ModelledService

ACCOUNT = "111122223333"
RETURNABLE = {"CREATE_FAILED": "ROLLBACK_IN_PROGRESS", "UPDATE_FAILED": "UPDATE_ROLLBACK_IN_PROGRESS"}


class FakeCloudFormation(ModelledService):
    """Holds what a test puts into it, in the shapes of the API; ``page`` events are shown at a time."""

    service = "cloudformation"

    def __init__(self, region: str, page: int = 100) -> None:
        super().__init__()
        self.region, self.page = region, page
        self.stacks: dict[str, dict[str, Any]] = {}
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.resources: dict[str, list[dict[str, Any]]] = {}
        self._ids = itertools.count(1)

    def stack(self, name: str, status: str, created: datetime, updated: datetime | None = None) -> dict[str, Any]:
        """A stack without events; one of the same name before it is gone. The stored document, to be changed."""
        arn = f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{name}/{next(self._ids):08d}-0000"
        document: dict[str, Any] = {
            "StackId": arn,
            "StackName": name,
            "CreationTime": created,
            "StackStatus": status,
            **({"LastUpdatedTime": updated} if updated else {}),
        }
        for stack in self.stacks.values():
            if stack["StackName"] == name:
                stack["StackStatus"] = "DELETE_COMPLETE"
        self.stacks[arn] = document
        self.events[arn] = []
        return document

    def happened(self, stack: Mapping[str, Any], at: datetime, status: str, resource: str = "", why: str = "") -> None:
        """An event of a resource, or of the stack itself, of which every operation begins with one IN_PROGRESS."""
        arn = stack["StackId"]
        own = [each["ResourceStatus"] for each in self.events[arn] if each["PhysicalResourceId"] == arn]
        if not resource and not status.endswith("_IN_PROGRESS") and not (own and own[-1].endswith("_IN_PROGRESS")):
            raise AssertionError(f"{status} ends no operation: {own}")
        self.events[arn].append(
            {
                "StackId": arn,
                "EventId": f"event-{next(self._ids)}",
                "StackName": stack["StackName"],
                "LogicalResourceId": resource or stack["StackName"],
                "PhysicalResourceId": f"{resource}-1" if resource else arn,
                "ResourceType": "AWS::S3::Bucket" if resource else "AWS::CloudFormation::Stack",
                "Timestamp": at,
                "ResourceStatus": status,
                **({"ResourceStatusReason": why} if why else {}),
            }
        )

    def holds(
        self, stack: Mapping[str, Any], kind: str, name: str, at: datetime, status: str = "UPDATE_COMPLETE"
    ) -> None:
        """A resource of a stack, by its physical id, that was changed last at this time."""
        resource = {
            "LogicalResourceId": f"Resource{next(self._ids)}",
            "PhysicalResourceId": name,
            "ResourceType": kind,
            "LastUpdatedTimestamp": at,
            "ResourceStatus": status,
        }
        self.resources.setdefault(stack["StackId"], []).append(resource)

    def list_stack_resources(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Page by page."""
        resources = self.resources.get(self._find(params["StackName"])["StackId"], [])
        start = int(params.get("NextToken", "0"))
        following = start + self.page
        token = {"NextToken": str(following)} if following < len(resources) else {}
        return {"StackResourceSummaries": resources[start:following], **token}

    def describe_stacks(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """By name a deleted stack is not found, by ARN it is."""
        return {"Stacks": [self._find(params["StackName"])]}

    def describe_stack_events(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The newest first."""
        events = list(reversed(self.events[self._find(params["StackName"])["StackId"]]))
        start = int(params.get("NextToken", "0"))
        following = start + self.page
        token = {"NextToken": str(following)} if following < len(events) else {}
        return {"StackEvents": events[start:following], **token}

    def rollback_stack(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """From the failed states only."""
        stack = self._find(params["StackName"])
        if stack["StackStatus"] not in RETURNABLE:
            raise RefusedError("ValidationError", f"{stack['StackStatus']} state can not be rolled back")
        stack["StackStatus"] = RETURNABLE[stack["StackStatus"]]
        last = max(event["Timestamp"] for event in self.events[stack["StackId"]])
        self.happened(stack, last + timedelta(seconds=60), stack["StackStatus"])
        return {"StackId": stack["StackId"]}

    def _find(self, name: str) -> dict[str, Any]:
        for stack in self.stacks.values():
            alive = stack["StackStatus"] != "DELETE_COMPLETE"
            if name == stack["StackId"] or (name == stack["StackName"] and alive):
                return stack
        raise RefusedError("ValidationError", f"Stack with id {name} does not exist")
