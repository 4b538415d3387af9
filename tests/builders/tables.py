"""The ledger's table in moto, made as the template makes it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3

from crosscheck.ledger.table import Ledger
from tests.fakes.modelled import Answered

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "ledger"
_numbers = itertools.count(1)
# tests/template/test_ledger.py compares it with the template.
SCHEMA: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "board", "pipeline", "started")
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": name,
            "KeySchema": [
                {"AttributeName": name, "KeyType": "HASH"},
                {"AttributeName": "started", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
        for name in ("board", "pipeline")
    ],
}


def create_ledger_table() -> DynamoDBClient:
    """A client of the account in which the table is; call it inside ``mock_aws``."""
    client = boto3.client("dynamodb", region_name="us-east-1")
    client.create_table(TableName=NAME, **SCHEMA)
    return client


def lag_behind(client: DynamoDBClient) -> None:
    """Whoever does not ask this client for a consistent read sees nothing yet of what was written, as may happen in
    DynamoDB; moto is always consistent."""

    def answer(params: Mapping[str, Any], **_: object) -> Any:
        asked = json.loads(params["body"])
        return None if asked.get("ConsistentRead") else (Answered(200), {"Items": [], "Count": 0, "ScannedCount": 0})

    for operation in ("Query", "GetItem", "Scan"):
        client.meta.events.register(f"before-call.dynamodb.{operation}", answer)


def new_ledger(client: DynamoDBClient) -> Ledger:
    """An empty ledger in a table of its own: a new account for each would cost a hundred times as much."""
    name = f"{NAME}-{next(_numbers)}"
    client.create_table(TableName=name, **SCHEMA)
    return Ledger(client, name, 90)
