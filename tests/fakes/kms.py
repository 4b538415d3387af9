"""A fake of one region's KMS: keys by id, ARN and alias, each in a state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.json_protocol import JsonService, RefusedError

ACCOUNT = "111122223333"
# What KMS gives a key that is made without a policy.
OWN_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }
)


class FakeKms(JsonService):
    """Knows the keys of its own region only."""

    service = "kms"

    def __init__(self, region: str) -> None:
        super().__init__()
        self.region = region
        self.keys: dict[str, dict[str, Any]] = {}
        self.aliases: dict[str, str] = {}
        self.policies: dict[str, str] = {}

    def add(self, number: int = 1, *, alias: str = "", **metadata: Any) -> str:
        """Add a key; its ARN."""
        key = f"00000000-0000-4000-8000-{number:012d}"
        arn = f"arn:aws:kms:{self.region}:{ACCOUNT}:key/{key}"
        usual = {"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT", "KeyManager": "CUSTOMER"}
        self.policies.setdefault(key, OWN_POLICY)
        self.keys[key] = {"KeyId": key, "Arn": arn, **usual, **metadata}
        if alias:
            self.aliases[alias] = key
        return arn

    def describe_key(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"KeyMetadata": self.keys[self._key(body["KeyId"])]}

    def get_key_policy(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """By id or ARN: KMS takes no alias here."""
        if "alias/" in body["KeyId"]:
            raise RefusedError("InvalidArnException")
        return {"Policy": self.policies[self._key(body["KeyId"])], "PolicyName": "default"}

    def _key(self, wanted: str) -> str:
        region = wanted.split(":")[3] if wanted.startswith("arn:") else self.region
        name = wanted.rpartition(":")[2]
        key = self.aliases.get(name, name.removeprefix("key/"))
        if region != self.region or key not in self.keys:
            raise RefusedError("NotFoundException")
        return key
