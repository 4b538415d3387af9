"""Reads and replaces the registry's replication configuration as a whole, because ECR has no other way."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any, cast

from botocore.exceptions import ClientError

from crosscheck.aws_errors import code, message
from crosscheck.errors import CrosscheckError
from crosscheck.size_limits import parse_json
from provision_regions.context import ProviderContext
from provision_regions.replication.rules import Merged, Rule, quota_problem

OK = 200
CONFIGURATION = "replicationConfiguration"
RAW = "CrosscheckRawConfiguration"  # a member that no answer of ECR has
TOO_MUCH = frozenset({"InvalidParameterException", "LimitExceededException", "ValidationException"})


class QuotaError(CrosscheckError):
    """Our rules do not fit beside other people's. Nothing was changed."""


class UnknownSettingError(CrosscheckError):
    """The configuration has a setting that this SDK does not know. Writing it back would remove the setting."""


class ReplicationRegistry:
    """The account's registry in the home region."""

    def __init__(self, context: ProviderContext) -> None:
        self._ecr = context.clients.client("ecr", context.home_region)
        self._ecr.meta.events.register("before-parse.ecr.DescribeRegistry", keep_raw_configuration, unique_id=RAW)
        self._call = context.retrying.also_on("ServerException")
        self._region = context.home_region
        self._unknown = ""

    def rules(self) -> tuple[Rule, ...]:
        """All rules, whoever made them."""
        found = self._call(self._ecr.describe_registry)
        configuration = found.get("replicationConfiguration", {})
        self._unknown = next(_dropped(found.get(RAW), configuration, CONFIGURATION), "")
        return tuple(configuration.get("rules", []))

    def replace(self, merged: Merged) -> None:
        """Write the whole configuration.

        AWS decides whether it fits, because it has raised these quotas before. Our numbers explain a refusal.

        Raises:
            QuotaError: the configuration does not fit.
            UnknownSettingError: the configuration that was read last has a setting that would be lost.
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
            raise QuotaError(
                f"the replication rules do not fit into the registry of {self._region}, nothing was changed: "
                f"{problem}. {code(error)}: {message(error)}"
            ) from error


def keep_raw_configuration(
    response_dict: Mapping[str, Any], customized_response_dict: MutableMapping[str, Any], **_: object
) -> None:
    """Keep, beside the parsed answer, the configuration as ECR sent it: botocore drops what it does not know.

    What else a registry has is never written back, so it does not count.
    """
    if response_dict["status_code"] == OK:
        customized_response_dict[RAW] = parse_json(response_dict["body"]).get(CONFIGURATION, {})


def _dropped(raw: Any, parsed: Any, path: str) -> Iterator[str]:
    """The paths of settings that only the raw value has."""
    if isinstance(raw, list):
        for entry, known in zip(raw, parsed, strict=True):
            yield from _dropped(entry, known, path)
    elif isinstance(raw, dict):
        for name, value in raw.items():
            if name in parsed:
                yield from _dropped(value, parsed[name], f"{path}.{name}")
            elif not _is_off(value):
                yield f"{path}.{name}"


def _is_off(value: Any) -> bool:
    """Whether a setting is off or empty, as ``{"enabled": false}`` is: the same as if it were not there."""
    return all(map(_is_off, value.values())) if isinstance(value, dict) else value in (None, False, "", [])
