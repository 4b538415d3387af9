"""A stack of Crosscheck's in moto, with a ledger that holds releases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from tests.builders import events, tables
from tests.builders.changes import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Regions": {"Type": "CommaDelimitedList", "Default": "eu-west-1"},
        "LedgerRetentionDays": {"Type": "Number", "Default": 90},
    },
    "Resources": {"Ledger": {"Type": "AWS::DynamoDB::Table", "Properties": tables.SCHEMA}},
    "Outputs": {"LedgerTableName": {"Value": {"Ref": "Ledger"}}},
}


class MotoStack:
    """The stack ``crosscheck``, and one that is somebody else's: ``other``."""

    def __init__(self) -> None:
        client = boto3.client("cloudformation", region_name="us-east-1")
        client.create_stack(StackName="crosscheck", TemplateBody=json.dumps(TEMPLATE))
        foreign = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
        client.create_stack(StackName="other", TemplateBody=json.dumps(foreign))
        [table] = client.describe_stacks(StackName="crosscheck")["Stacks"][0]["Outputs"]
        dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        self.ledger = Ledger(dynamodb, table["OutputValue"], 90)

    def release(self, execution: str, pipeline: str = events.PIPELINE, *told: events.Event) -> Subject:
        """A release of which these events were recorded."""
        subject = Subject("us-east-1", pipeline, execution)
        for event in told:
            self.ledger.merge(subject, parse(event).fact)
        return subject


@pytest.fixture(scope="module")
def stack() -> Iterator[MotoStack]:
    with mock_aws():
        yield MotoStack()
