from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crosscheck.ledger.table import Ledger
from tests.builders import tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def ledger(ledger_table: DynamoDBClient) -> Ledger:
    return Ledger(ledger_table, tables.NAME, 90)
