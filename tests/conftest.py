"""What every test may rely on: no AWS account within reach, and the settings that the template gives a function."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from moto import mock_aws

from local.pictures.browsers import NoBrowserError, find_browser
from tests.builders import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

# A 12-digit access key id is moto's and the emulator's way to name the account.
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "tests",
    "LEDGER_TABLE": tables.NAME,
    "LEDGER_RETENTION_DAYS": "90",
    "SLACK_CHANNEL": "C0RELEASES",
    "STATE_MACHINE": "arn:aws:states:us-east-1:123456789012:stateMachine:verify-release",
}

# No example is timed. What lands is judged by the same examples each time; everybody else looks for new ones.
settings.register_profile("anywhere", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("anywhere"), derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "anywhere")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def ledger_table() -> Iterator[DynamoDBClient]:
    with mock_aws():
        yield tables.create_ledger_table()


@pytest.fixture
def installed_browser() -> Path:
    """The browser of this machine; a missing one is forgiven everywhere but in CI."""
    try:
        return find_browser()
    except NoBrowserError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
