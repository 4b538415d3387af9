"""What Lambda says of an alias, a version and its provisioned concurrency."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from crosscheck.services.lambda_.rules import Alias, Provisioned, Version

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def read_alias(client: LambdaClient, function: str, alias: str) -> Alias | None:
    """The alias; None where the function or the alias does not exist."""
    try:
        found = client.get_alias(FunctionName=function, Name=alias)
    except client.exceptions.ResourceNotFoundException:
        return None
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return Alias(
        version=found["FunctionVersion"],
        weights={version: weight for version, weight in sorted(weights.items()) if weight},
        revision=found.get("RevisionId", ""),
    )


def read_version(client: LambdaClient, function: str, number: str) -> Version | None:
    """A version of the function; None where it does not exist."""
    try:
        found = client.get_function_configuration(FunctionName=function, Qualifier=number)
    except client.exceptions.ResourceNotFoundException:
        return None
    return Version(
        number=number,
        state=found.get("State", ""),
        state_code=found.get("StateReasonCode", ""),
        update=found.get("LastUpdateStatus", ""),
        update_code=found.get("LastUpdateStatusReasonCode", ""),
        published=datetime.fromisoformat(found["LastModified"]).timestamp() if found.get("LastModified") else 0.0,
    )


def read_provisioned(client: LambdaClient, function: str, alias: str) -> Provisioned | None:
    """The provisioned concurrency of an alias; None where it has none."""
    try:
        found = client.get_provisioned_concurrency_config(FunctionName=function, Qualifier=alias)
    except client.exceptions.ProvisionedConcurrencyConfigNotFoundException:
        return None
    return Provisioned(
        status=found.get("Status", ""),
        reason=found.get("StatusReason", ""),
        available=found.get("AvailableProvisionedConcurrentExecutions", 0),
        requested=found.get("RequestedProvisionedConcurrentExecutions", 0),
    )
