"""KMS: keys have states, an alias belongs to one key, a key on its way out cannot be used."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.regions.errors import refusal
from tests.fakes.regions.principals import names_deleted

if TYPE_CHECKING:
    from tests.fakes.regions.world import World

ALIAS = re.compile(r"alias/(?!aws/)[a-zA-Z0-9/_-]{1,250}")
MAX_POLICY = 32_768
SHORTEST_DAYS, LONGEST_DAYS = 7, 30


@dataclass
class FakeKey:
    arn: str
    region: str
    policy: str
    tags: dict[str, str] = field(default_factory=dict)
    state: str = "Enabled"
    rotation: bool = False
    closed: bool = False  # its policy shuts the account's roles out


class FakeKms:
    def __init__(self, world: World) -> None:
        self._world = world
        self.keys: dict[str, FakeKey] = {}
        self.aliases: dict[tuple[str, str], str] = {}
        self._numbers = itertools.count(1)

    def add_key(self, region: str, tags: dict[str, str] | None = None, **changes: Any) -> FakeKey:
        """A key that somebody made."""
        arn = f"arn:aws:kms:{region}:{self._world.account}:key/00000000-0000-0000-0000-{next(self._numbers):012d}"
        policy = changes.pop("policy", json.dumps({"Version": "2012-10-17", "Statement": []}))
        self.keys[arn] = FakeKey(arn, region, policy, tags or {}, **changes)
        return self.keys[arn]

    def refuse_unusable(self, arn: str) -> None:
        """What an object's encryption or decryption under the key comes to."""
        if arn and (arn not in self.keys or self.keys[arn].state != "Enabled"):
            raise refusal("KMS.KMSInvalidStateException", f"{arn} is pending deletion")

    def CreateKey(self, region: str, Policy: str, Tags: Any, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        self._refuse_bad_policy(Policy, **params)
        key = self.add_key(region, {tag["TagKey"]: tag["TagValue"] for tag in Tags}, policy=Policy)
        return {"KeyMetadata": self._metadata(key)}

    def DescribeKey(self, region: str, KeyId: str) -> dict[str, Any]:  # noqa: N802, N803
        return {"KeyMetadata": self._metadata(self._key(region, KeyId))}

    def ListKeys(self, region: str, Limit: int = 100, Marker: str = "0") -> dict[str, Any]:  # noqa: N802, N803
        arns = [arn for arn, key in self.keys.items() if key.region == region]
        start = int(Marker)
        page = {"Keys": [{"KeyArn": arn, "KeyId": arn.rpartition("/")[2]} for arn in arns[start : start + Limit]]}
        more = start + Limit < len(arns)
        return {**page, "Truncated": more, **({"NextMarker": str(start + Limit)} if more else {})}

    def ListResourceTags(self, region: str, KeyId: str) -> dict[str, Any]:  # noqa: N802, N803
        key = self._key(region, KeyId)
        if key.closed:
            raise refusal("AccessDeniedException", "no resource-based policy allows kms:ListResourceTags", status=400)
        return {"Tags": [{"TagKey": name, "TagValue": value} for name, value in key.tags.items()], "Truncated": False}

    def GetKeyPolicy(self, region: str, KeyId: str, PolicyName: str) -> dict[str, Any]:  # noqa: N802, N803
        return {"Policy": self._key(region, KeyId).policy}

    def PutKeyPolicy(self, region: str, KeyId: str, Policy: str, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        self._refuse_bad_policy(Policy, **params)
        self._alive(region, KeyId).policy = Policy
        return {}

    def EnableKeyRotation(self, region: str, KeyId: str) -> dict[str, Any]:  # noqa: N802, N803
        key = self._alive(region, KeyId)
        if key.state == "Disabled":
            raise refusal("DisabledException")
        key.rotation = True
        return {}

    def EnableKey(self, region: str, KeyId: str) -> dict[str, Any]:  # noqa: N802, N803
        self._alive(region, KeyId).state = "Enabled"
        return {}

    def CancelKeyDeletion(self, region: str, KeyId: str) -> dict[str, Any]:  # noqa: N802, N803
        key = self._key(region, KeyId)
        if key.state != "PendingDeletion":
            raise refusal("KMSInvalidStateException")
        key.state = "Disabled"
        return {}

    def ScheduleKeyDeletion(self, region: str, KeyId: str, PendingWindowInDays: int) -> dict[str, Any]:  # noqa: N802, N803
        if not SHORTEST_DAYS <= PendingWindowInDays <= LONGEST_DAYS:
            raise refusal("ValidationException")
        self._alive(region, KeyId).state = "PendingDeletion"
        return {}

    def CreateAlias(self, region: str, AliasName: str, TargetKeyId: str) -> dict[str, Any]:  # noqa: N802, N803
        if not ALIAS.fullmatch(AliasName):
            raise refusal("InvalidAliasNameException")
        if (region, AliasName) in self.aliases:
            raise refusal("AlreadyExistsException")
        self.aliases[region, AliasName] = self._alive(region, TargetKeyId).arn
        return {}

    def UpdateAlias(self, region: str, AliasName: str, TargetKeyId: str) -> dict[str, Any]:  # noqa: N802, N803
        if (region, AliasName) not in self.aliases:
            raise refusal("NotFoundException")
        self.aliases[region, AliasName] = self._alive(region, TargetKeyId).arn
        return {}

    def DeleteAlias(self, region: str, AliasName: str) -> dict[str, Any]:  # noqa: N802, N803
        if self.aliases.pop((region, AliasName), None) is None:
            raise refusal("NotFoundException")
        return {}

    def _key(self, region: str, key_id: str) -> FakeKey:
        if key_id.startswith("alias/"):
            key_id = self.aliases.get((region, key_id), "")
        found = [key for arn, key in self.keys.items() if key_id in {arn, arn.rpartition("/")[2]}]
        if not found or found[0].region != region:
            raise refusal("NotFoundException")
        return found[0]

    def _alive(self, region: str, key_id: str) -> FakeKey:
        if key_id.startswith("alias/"):
            raise refusal("NotFoundException", "an alias does not do here")
        key = self._key(region, key_id)
        if key.state == "PendingDeletion":
            raise refusal("KMSInvalidStateException", f"{key.arn} is pending deletion.")
        return key

    def _metadata(self, key: FakeKey) -> dict[str, Any]:
        return {"Arn": key.arn, "KeyId": key.arn.rpartition("/")[2], "KeyState": key.state}

    def _refuse_bad_policy(self, text: str, *, BypassPolicyLockoutSafetyCheck: bool = False, **_: Any) -> None:  # noqa: N803
        """The caller must keep the right to change the policy, which its role has only by tags that do not count yet.

        Where that check is left out, the account's root must keep it, or nobody could ever change the policy.
        """
        if not BypassPolicyLockoutSafetyCheck:
            raise refusal("MalformedPolicyDocumentException", "The new key policy will not allow you to update it")
        statements = json.loads(text)["Statement"]
        root = f":iam::{self._world.account}:root"
        kept = any("kms:Put*" in entry["Action"] and entry["Principal"]["AWS"].endswith(root) for entry in statements)
        if len(text) > MAX_POLICY or not kept:
            raise refusal("MalformedPolicyDocumentException")
        if names_deleted(text):
            said = "Policy contains a statement with one or more invalid principals."
            raise refusal("MalformedPolicyDocumentException", said)
