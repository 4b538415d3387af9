"""The registry's replication configuration, read whole and replaced whole: ECR knows no other way."""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError
from botocore.model import ListShape, OperationModel, Shape, StructureShape

from crosscheck.aws_errors import code, message
from crosscheck.errors import CrosscheckError
from provision_regions.context import ProviderContext
from provision_regions.replication.rules import Merged, quota_problem

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ReplicationRuleOutputTypeDef as Rule

OK = 200
CONFIGURATION = "replicationConfiguration"
UNKNOWN = "CrosscheckUnknownSetting"  # a member that no answer of ECR has
TOO_MUCH = frozenset({"InvalidParameterException", "LimitExceededException", "ValidationException"})


class QuotaError(CrosscheckError):
    """Our rules do not fit beside other people's; nothing was changed."""


class UnknownSettingError(CrosscheckError):
    """The configuration holds something that this SDK does not know and would lose in writing it back."""


class ReplicationRegistry:
    """The home region's registry of the account."""

    def __init__(self, context: ProviderContext) -> None:
        self._ecr: ECRClient = context.clients.ecr(context.home_region)
        self._ecr.meta.events.register(
            "before-parse.ecr.DescribeRegistry", note_unknown, unique_id="crosscheck-note-unknown"
        )
        self._call = context.retrying.also_on("ServerException")
        self._region = context.home_region
        self._unknown = ""

    def rules(self) -> tuple[Rule, ...]:
        """All rules, whoever made them."""
        found = self._call(self._ecr.describe_registry)
        self._unknown = str(found.get(UNKNOWN, ""))
        return tuple(found.get("replicationConfiguration", {}).get("rules", []))

    def replace(self, merged: Merged) -> None:
        """Write the whole configuration.

        Whether it fits is left to AWS, which has raised these quotas before; a refusal is explained with our numbers.

        Raises:
            QuotaError: it does not.
            UnknownSettingError: what was read last had a setting that would be lost.
        """
        if self._unknown:
            raise UnknownSettingError(
                f"the registry's replication configuration has a setting that this function's SDK does not know and "
                f"would remove, nothing was changed: {self._unknown[:80]}"
            )
        rules = cast("Sequence[Any]", list(merged.rules))
        try:
            self._call(self._ecr.put_replication_configuration, replicationConfiguration={"rules": rules})
        except ClientError as error:
            problem = quota_problem(merged)
            if code(error) not in TOO_MUCH or not problem:
                raise
            text = (
                f"the replication rules do not fit into the registry of {self._region}, nothing was changed: {problem}"
            )
            raise QuotaError(f"{text}. {code(error)}: {message(error)}") from error


def note_unknown(
    operation_model: OperationModel,
    response_dict: Mapping[str, Any],
    customized_response_dict: MutableMapping[str, Any],
    **_: object,
) -> None:
    """Note, in the parsed answer, what botocore drops and we would lose in writing the configuration back.

    Only what is written back counts: what else a registry has is none of our business.
    """
    if response_dict["status_code"] != OK:
        return
    configuration, shape = json.loads(response_dict["body"]).get(CONFIGURATION), operation_model.output_shape
    known = shape.members.get(CONFIGURATION) if isinstance(shape, StructureShape) else None
    customized_response_dict[UNKNOWN] = _unknown(configuration, known, f"{CONFIGURATION}.")


def _unknown(value: Any, shape: Shape | None, path: str) -> str:
    """The path of the first member that the shape lacks and that says something; empty where there is none."""
    if isinstance(shape, ListShape) and isinstance(value, list):
        return next(filter(None, (_unknown(entry, shape.member, path) for entry in value)), "")
    if not isinstance(shape, StructureShape) or not isinstance(value, dict):
        return ""
    for name, entry in value.items():
        if name in shape.members:
            found = _unknown(entry, shape.members[name], f"{path}{name}.")
        else:
            found = "" if _is_off(entry) else f"{path}{name}"
        if found:
            return found
    return ""


def _is_off(value: Any) -> bool:
    """Whether a setting is off or empty, as ``{"enabled": false}`` is: the same as if it were not there."""
    if isinstance(value, dict):
        return all(map(_is_off, value.values()))
    return value in (None, False, "", [])
