"""The ledger's table in moto, made of what the template says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "ledger"


def create_ledger_table() -> DynamoDBClient:
    """A client of the account in which the table is; call it inside ``mock_aws``."""
    client = boto3.client("dynamodb", region_name="us-east-1")
    client.create_table(
        TableName=NAME,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    return client
