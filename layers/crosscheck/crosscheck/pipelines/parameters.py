"""What the user wrote: a gate's UserParameters, the plan that they or the pipeline's tags may name, and these tags.

Texts name keys (at most 40 characters of them), never values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from crosscheck.errors import ConfigurationError
from crosscheck.regions import is_region
from crosscheck.size_limits import parse_json

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_ssm import SSMClient

QUOTED = 40
DOCUMENT_LIMIT = 10_000
MINUTES_LIMIT = 24 * 60
FAILURE_LIMIT = 100
TAG_PREFIX = "crosscheck:"
# https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html: 50 tags per resource
TAG_LIMIT = 50

_NAME = r"[A-Za-z0-9.@_-]{1,100}"
_EXECUTION = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PLAN = r"/crosscheck/plans(/[A-Za-z0-9_.-]+)+"


@dataclass(frozen=True)
class Parameters:
    """What the user wrote, else the defaults. An empty ``rollback`` leaves it to the tag, then to RollbackMode."""

    pipeline: str = ""
    execution: str = ""
    stage: str = ""
    regions: tuple[str, ...] = ()
    checks: tuple[Mapping[str, Any], ...] = ()
    plan: str = ""
    soak_minutes: float = 0.0
    deadline_minutes: float = 30.0
    failure_limit: int = 0
    on_inconclusive: str = "fail"
    dry_run: bool = False
    rollback: str = ""

    @property
    def may_fail_a_region(self) -> bool:
        """Whether a region can fail by them that would pass without: they ask for more checks, or for less time."""
        return bool(self.checks) or self.deadline_minutes < Parameters.deadline_minutes


def _matching(pattern: str) -> Callable[[Any], str | None]:
    return lambda value: value if isinstance(value, str) and re.fullmatch(pattern, value) else None


def _regions(value: Any) -> tuple[str, ...] | None:
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(region, str) for region in listed):
        return None
    regions = tuple(sorted({region.strip() for region in listed}))
    return regions if all(map(is_region, regions)) else None


def _checks(value: Any) -> tuple[Mapping[str, Any], ...] | None:
    return tuple(value) if isinstance(value, list) and all(isinstance(entry, dict) for entry in value) else None


def _minutes(value: Any) -> float | None:
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    return number if 0 <= number <= MINUTES_LIMIT else None


def _count(value: Any) -> int | None:
    counts = isinstance(value, int) and not isinstance(value, bool)
    return value if counts and 0 <= value <= FAILURE_LIMIT else None


# What is expected of each key, and how it is read: None for what is not as expected.
_MINUTES = (f"a number from 0 to {MINUTES_LIMIT}", _minutes)
_KEYS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "pipeline": ("a pipeline's name", _matching(_NAME)),
    "execution": ("an execution's id, #{codepipeline.PipelineExecutionId}", _matching(_EXECUTION)),
    "stage": ("a stage's name", _matching(_NAME)),
    "regions": ("a list of regions, or a string of them joined by commas", _regions),
    "checks": ('a list of objects, each with "kind"', _checks),
    "plan": ("the name of an SSM parameter under /crosscheck/plans/", _matching(_PLAN)),
    "soak_minutes": _MINUTES,
    "deadline_minutes": _MINUTES,
    "failure_limit": (f"a whole number from 0 to {FAILURE_LIMIT}", _count),
    "on_inconclusive": ('"fail" or "pass"', _matching("fail|pass")),
    "dry_run": ("true or false", lambda value: value if isinstance(value, bool) else None),
    "rollback": ('"off", "suggest" or "auto"', _matching("off|suggest|auto")),
}
if _KEYS.keys() != {field.name for field in fields(Parameters)}:
    raise AssertionError("every parameter needs its key")


def parse_parameters(text: str, ssm: Callable[[], SSMClient], tagged: str = "") -> Parameters:
    """The parameters of ``text`` (UserParameters), over those of the plan that it names, else of the plan ``tagged``.

    Raises:
        ConfigurationError: the text says which key of which document, and what is expected.
        ClientError, BotoCoreError: the plan cannot be read now.
    """
    own = parse_document(text, "UserParameters")
    name = own.get("plan") or tagged
    if not name:
        return Parameters(**own)
    expected, read = _KEYS["plan"]
    if read(name) is None:  # a tag's text was not read as a key yet
        raise ConfigurationError(f"plan must be {expected}")
    planned = parse_document(_read_plan(ssm(), name), "the plan")
    if "plan" in planned:
        raise ConfigurationError("the plan: plan: a plan cannot name another plan")
    return Parameters(**{**planned, **own})


def parse_document(text: str, source: str) -> Mapping[str, Any]:
    """The values of a JSON document, read and checked; empty text gives none.

    Raises:
        ConfigurationError: as above.
    """
    if not text.strip():
        return {}
    values = {}
    for key, value in _load(text, source).items():
        if key not in _KEYS:
            raise ConfigurationError(f"{source}: unknown key {key[:QUOTED]!r}; the keys are: {', '.join(_KEYS)}")
        expected, read = _KEYS[key]
        values[key] = read(value)
        if values[key] is None:
            raise ConfigurationError(f"{source}: {key} must be {expected}")
    return values


def _load(text: str, source: str) -> Mapping[str, Any]:
    if len(text) > DOCUMENT_LIMIT:
        raise ConfigurationError(f"{source}: over {DOCUMENT_LIMIT} characters")
    try:
        document = parse_json(text)
    except ValueError:
        raise ConfigurationError(f"{source}: not JSON; expected an object") from None
    if not isinstance(document, dict):
        raise ConfigurationError(f"{source}: expected a JSON object")
    return document


def _read_plan(client: SSMClient, name: str) -> str:
    try:
        parameter = client.get_parameter(Name=name, WithDecryption=False)["Parameter"]
    except client.exceptions.ParameterNotFound:
        raise ConfigurationError(f"plan: there is no SSM parameter of that name in {client.meta.region_name}") from None
    if parameter.get("Type") != "String":
        raise ConfigurationError("plan: the SSM parameter must be of type String")
    return parameter.get("Value", "")


@dataclass(frozen=True)
class Tags:
    """The tags that are ours; empty where the pipeline has none. ``ignore``: the pipeline is not to be verified.

    ``notify`` is the Slack id of whom replies mention, and ``channel`` that of the channel that shows the pipeline's
    cards, as they are written.
    """

    plan: str = ""
    rollback: str = ""
    ignore: bool = False
    notify: str = ""
    channel: str = ""


def read_tags(client: CodePipelineClient, arn: str) -> Tags:
    """The tags of the pipeline with this ARN.

    Raises:
        ClientError, BotoCoreError: CodePipeline refused, or did not answer.
    """
    pages = client.get_paginator("list_tags_for_resource").paginate(
        resourceArn=arn, PaginationConfig={"MaxItems": TAG_LIMIT}
    )
    return parse_tags({tag["key"]: tag["value"] for page in pages for tag in page["tags"]})


def parse_tags(tags: Mapping[str, str]) -> Tags:
    """The tags by their keys. ``crosscheck:ignore`` counts with no value, too."""
    ours = {key.removeprefix(TAG_PREFIX): value.strip() for key, value in tags.items() if key.startswith(TAG_PREFIX)}
    return Tags(
        plan=ours.get("plan", ""),
        rollback=ours.get("rollback", "").lower(),
        ignore=ours.get("ignore", "false").lower() in {"true", "yes", "1", ""},
        notify=ours.get("notify", ""),
        channel=ours.get("channel", ""),
    )
