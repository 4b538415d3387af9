"""AWS's service authorization reference, as cfn-lint ships it: actions, and the kinds of resources that they take.

https://docs.aws.amazon.com/service-authorization/latest/reference
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, cast

import cfnlint

# Actions that AWS added after this version of cfn-lint; https://docs.aws.amazon.com/AmazonECR/latest/APIReference
NEWER_ACTIONS = ("ecr:ListReplicationBackfills",)


def exists(action: str) -> bool:
    """Whether AWS knows the action."""
    service, _, name = action.partition(":")
    return action in NEWER_ACTIONS or name.lower() in _services().get(service, {"Actions": {}})["Actions"]


def arn_formats(action: str) -> list[re.Pattern[str]]:
    """The ARNs of what the action can be limited to; empty where AWS takes `*` alone."""
    return [_pattern(form) for kind in _kinds(action) for form in kind["ARNFormats"]]


def takes_tags(action: str) -> bool:
    """Whether a tag of what the action is done to can be a condition."""
    return any("aws:ResourceTag/${TagKey}" in kind.get("ConditionKeys", []) for kind in _kinds(action))


@cache
def _services() -> dict[str, Any]:
    path = Path(str(cfnlint.__file__)).parent / "data" / "AdditionalSpecs" / "Policies.json"
    return cast("dict[str, Any]", json.loads(path.read_text()))


def _kinds(action: str) -> list[dict[str, Any]]:
    service, _, name = action.partition(":")
    known = _services()[service]
    return [known["Resources"][kind.lower()] for kind in known["Actions"].get(name.lower(), {}).get("Resources", [])]


def _pattern(form: str) -> re.Pattern[str]:
    """The reference writes ``${Region}`` for what varies, and ``.*`` for a name."""
    return re.compile(re.sub(r"\$\{\w+\}", "[^:]*", form))
