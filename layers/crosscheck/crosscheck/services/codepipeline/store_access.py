"""Whether the policies of an artifact store admit the actions of other accounts.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html: such an action uses the
store under its own role, which the policies of the bucket and of the key have to admit. A statement with a condition
may admit anybody, so it counts as if it did; neither denials nor grants are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crosscheck.aws_errors import ignoring
from crosscheck.contracts.partial_results import Facet
from crosscheck.pipelines.definition import account_of
from crosscheck.size_limits import parse_json

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

PERMISSIONS = frozenset({"kms:GetKeyPolicy", "s3:GetBucketPolicy"})
WRITTEN_BY = "ReaderAccounts of Custom::ArtifactStores writes it"
# What a statement has to allow, the action without which nothing works first.
READ_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion")
READ_KEY = ("kms:Decrypt", "kms:DescribeKey")
WRITE_OBJECTS = ("s3:PutObject",)
WRITE_KEY = ("kms:GenerateDataKey",)


@dataclass(frozen=True)
class ForeignRole:
    """A role of another account, and what its actions do with artifacts."""

    arn: str
    reads: bool
    writes: bool

    @property
    def account(self) -> str:
        """Its account."""
        return account_of(self.arn)

    @property
    def root(self) -> str:
        """The principal that stands for every role of its account."""
        return f"{self.arn.partition('::')[0]}::{self.account}:root"

    def needs(self, reading: Sequence[str], writing: Sequence[str]) -> Sequence[Sequence[str]]:
        """The groups of actions that it needs, of which the first action decides."""
        return [*([reading] if self.reads else []), *([writing] if self.writes else [])]


def foreign_roles(parameters: Mapping[str, str]) -> tuple[ForeignRole, ...]:
    """The roles in ``readers`` and ``writers``, each a list with commas."""
    readers, writers = (set(filter(None, parameters.get(name, "").split(","))) for name in ("readers", "writers"))
    return tuple(ForeignRole(arn, arn in readers, arn in writers) for arn in sorted(readers | writers))


def bucket_access(client: S3Client, bucket: str, roles: Sequence[ForeignRole]) -> Facet:
    """Whether the bucket's policy admits the roles; else which statement it lacks for each account."""
    policy = "{}"
    with ignoring("NoSuchBucketPolicy"):
        policy = client.get_bucket_policy(Bucket=bucket)["Policy"]
    objects = f"{roles[0].arn.partition(':iam:')[0]}:s3:::{bucket}/"
    allowed = [each for each in _allowed(policy) if _covers(each, objects)]
    lacking = _lacking(allowed, roles, READ_OBJECTS, WRITE_OBJECTS)
    return _facet(lacking, "the bucket's policy", f"{objects}*")


def key_access(client: KMSClient, named: str, shown: str, roles: Sequence[ForeignRole]) -> Facet:
    """Whether the key's policy admits the roles; else which statement it lacks for each account. ``shown`` is the key
    for people."""
    policy = client.get_key_policy(KeyId=named, PolicyName="default")["Policy"]
    lacking = _lacking(_allowed(policy), roles, READ_KEY, WRITE_KEY)
    return _facet(lacking, f"the policy of its key {shown}", "*")


def _facet(lacking: Mapping[str, Sequence[str]], policy: str, resource: str) -> Facet:
    told = [
        f"account {account_of(root)} is not admitted: add to {policy} Allow {root} {', '.join(actions)} on {resource}"
        for root, actions in lacking.items()
    ]
    reading = all(action in (*READ_OBJECTS, *READ_KEY) for actions in lacking.values() for action in actions)
    written = f" ({WRITTEN_BY})" if told and reading else ""
    return Facet("" if told else "admits", "; ".join(told) + written)


def _lacking(
    allowed: Sequence[Mapping[str, Any]], roles: Sequence[ForeignRole], reading: Sequence[str], writing: Sequence[str]
) -> Mapping[str, Sequence[str]]:
    """The actions that no statement allows, by the principal that a statement should name."""
    found: dict[str, dict[str, None]] = {}
    for role in roles:
        for group in role.needs(reading, writing):
            if not any(_names(each, role) and _allows(each, group[0]) for each in allowed):
                found.setdefault(role.root, {}).update(dict.fromkeys(group))
    return {root: tuple(actions) for root, actions in found.items()}


def _allowed(policy: str) -> Sequence[Mapping[str, Any]]:
    statements = parse_json(policy).get("Statement", [])
    return [each for each in _listed(statements) if each.get("Effect") == "Allow"]


def _names(statement: Mapping[str, Any], role: ForeignRole) -> bool:
    """Whether the principal is the role, its account, or one of which that cannot be ruled out."""
    if "Principal" not in statement:
        return True  # NotPrincipal
    principal = statement["Principal"]
    named = principal.get("AWS", []) if isinstance(principal, dict) else principal
    return any(each in {"*", role.arn, role.root, role.account} or each.startswith("AROA") for each in _listed(named))


def _allows(statement: Mapping[str, Any], action: str) -> bool:
    if "Action" not in statement:
        return not any(_matches(pattern, action) for pattern in _listed(statement.get("NotAction", [])))
    return any(_matches(pattern, action) for pattern in _listed(statement["Action"]))


def _covers(statement: Mapping[str, Any], objects: str) -> bool:
    """Whether the statement is about objects of the bucket, be it some of them."""
    if "Resource" not in statement:
        return True  # NotResource
    named = _listed(statement["Resource"])
    return any(pattern.startswith(objects) or _matches(pattern, f"{objects}object") for pattern in named)


def _matches(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern of IAM, in which ``*`` and ``?`` are wildcards."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.IGNORECASE) is not None


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]
