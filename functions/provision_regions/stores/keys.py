"""The customer key of a region's store. It is searched for before it is made, so that no crash leaves a second one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from crosscheck.aws_errors import code, denied, ignoring
from crosscheck.size_limits import parse_json
from provision_regions.context import ProviderContext
from provision_regions.ownership.names import (
    OWNER_TAG,
    PREFIX_TAG,
    ForeignError,
    Names,
    Ownership,
    compact,
    foreign,
    ownership_by_tags,
)
from provision_regions.retry import FRESH_SECONDS
from provision_regions.stores.policies import key_statements, policy_with
from provision_regions.stores.refused_policies import explaining_refusals

DELETION_DAYS = 7  # the shortest that KMS allows
PENDING = "PendingDeletion"
INVALID_STATE = "KMSInvalidStateException"


@dataclass(frozen=True)
class KeyLook:
    """What was found: the key to use (``arn`` is empty if there is none) and the ARN that the alias points at."""

    ownership: Ownership
    arn: str = ""
    state: str = ""
    aliased: str = ""


class StoreKeys:
    """The keys of one region; ``readers`` are the accounts that may decrypt what they read in the store."""

    def __init__(self, context: ProviderContext, names: Names, region: str, readers: Sequence[str] = ()) -> None:
        self._kms = context.clients.client("kms", region)
        self._call = context.retrying
        # KMS does not know a new key, a new alias or a key's new state everywhere at once:
        # https://docs.aws.amazon.com/kms/latest/developerguide/programming-eventual-consistency.html
        self._call_eventually_consistent = context.retrying.also_on(
            "NotFoundException", "MalformedPolicyDocumentException", "DisabledException", INVALID_STATE
        )
        # The function's rights on its keys depend on their tag. It may be new in every run: a rollback follows at
        # once, and Lambda delivers a request again whose run was killed.
        self._call_tagged = self._call_eventually_consistent.tolerating_denials(FRESH_SECONDS)
        # A key whose policy denies the function access goes on denying it, and an account may have many such keys.
        self._call_foreign_key = context.retrying.tolerating_denials(0)
        self._names = names
        self._statements = key_statements(names, context.partition, region, readers)

    def look(self) -> KeyLook:
        """Find our key: behind the alias, else by its tags.

        Raises:
            ForeignError: the alias points at somebody else's key, or an adopted key cannot be used.
        """
        found = self._look()
        if found.ownership is Ownership.FOREIGN:
            raise foreign(f"the alias {self._names.alias} of key {found.arn}", self._names)
        if found.ownership is Ownership.ADOPTED and found.state != "Enabled":
            raise ForeignError(f"the adopted key {found.arn} is {found.state} and cannot encrypt; it was left as it is")
        return found

    def _look(self) -> KeyLook:
        aliased = self._aliased()
        if aliased is None:
            return self._found_by_tag("")
        arn, state = aliased["Arn"], aliased.get("KeyState", "")
        ownership = self._ownership(arn)
        if ownership in {Ownership.OURS, Ownership.ADOPTED}:
            return KeyLook(ownership, arn, state, arn)
        if state == PENDING:  # somebody else's key is being deleted, so the alias may be pointed at ours
            return self._found_by_tag(arn)
        return KeyLook(Ownership.FOREIGN, arn, state, arn)

    def ensure(self, look: KeyLook) -> str:
        """Make the key usable and point the alias at it; returns its ARN. An adopted key is used as it is."""
        if look.ownership is Ownership.ADOPTED:
            return look.arn
        if look.ownership is Ownership.OURS:
            self._revive(look)
            self._ensure_policy(look.arn)
            arn = look.arn
        else:
            arn = self._create()
        self._call_tagged(self._kms.enable_key_rotation, KeyId=_id(arn))
        return self._ensure_alias(arn, look.aliased)

    def remove(self) -> None:
        """Delete the alias and schedule the deletion of every key that is ours."""
        aliased = self._aliased()
        if aliased is not None and self._ownership(aliased["Arn"]) is Ownership.OURS:
            with ignoring("NotFoundException"):  # another run of the same request was faster
                self._call(self._kms.delete_alias, AliasName=self._names.alias)
        for arn in self._ours():
            self._schedule_deletion(arn)

    def _aliased(self) -> Mapping[str, Any] | None:
        with ignoring("NotFoundException"):
            return self._call(self._kms.describe_key, KeyId=self._names.alias)["KeyMetadata"]
        return None

    def _state(self, arn: str) -> str:
        return self._call(self._kms.describe_key, KeyId=_id(arn))["KeyMetadata"].get("KeyState", "")

    def _ownership(self, arn: str) -> Ownership:
        """Whose the key is. A key whose policy denies our role is not ours, because our policy admits it."""
        try:
            listed = self._call_foreign_key(self._kms.list_resource_tags, KeyId=_id(arn))["Tags"]
        except ClientError as error:
            if denied(error) or code(error) == "NotFoundException":
                return Ownership.FOREIGN
            raise
        return ownership_by_tags({tag["TagKey"]: tag["TagValue"] for tag in listed}, self._names)

    def _ours(self) -> list[str]:
        """Every key that is ours. The tagging API would miss a new one, this search does not."""
        keys = self._call(self._kms.get_paginator("list_keys").paginate().build_full_result)["Keys"]
        return [key["KeyArn"] for key in keys if self._ownership(key["KeyArn"]) is Ownership.OURS]

    def _found_by_tag(self, aliased: str) -> KeyLook:
        found = {arn: self._state(arn) for arn in self._ours()}
        if not found:
            return KeyLook(Ownership.ABSENT, aliased=aliased)
        arn = min(found, key=lambda candidate: (found[candidate] == PENDING, candidate))
        return KeyLook(Ownership.OURS, arn, found[arn], aliased)

    def _revive(self, look: KeyLook) -> None:
        if look.state == PENDING:
            self._call_tagged(self._kms.cancel_key_deletion, KeyId=_id(look.arn))
        if look.state != "Enabled":
            self._call_tagged(self._kms.enable_key, KeyId=_id(look.arn))

    def _ensure_policy(self, arn: str) -> None:
        found = self._call_tagged(self._kms.get_key_policy, KeyId=_id(arn), PolicyName="default")
        existing = parse_json(found["Policy"])
        wanted = policy_with(existing, self._statements)
        if wanted == existing:
            return
        with explaining_refusals(f"the key {arn}", wanted):
            self._call_tagged(
                self._kms.put_key_policy,
                KeyId=_id(arn),
                PolicyName="default",
                Policy=compact(wanted),
                BypassPolicyLockoutSafetyCheck=True,  # as for a new key
            )

    def _create(self) -> str:
        names = self._names
        made = self._call_eventually_consistent(
            self._kms.create_key,
            Description=f"Pipeline artifacts of {names.prefix}"[:8192],
            Policy=compact(policy_with(None, self._statements)),
            # KMS checks that the caller could change the policy again. Our role may do so only by the key's tag, which
            # does not count yet. The account's root may do so by this very policy, so nobody is locked out.
            BypassPolicyLockoutSafetyCheck=True,
            Tags=[
                {"TagKey": OWNER_TAG, "TagValue": names.owner},
                {"TagKey": PREFIX_TAG, "TagValue": names.prefix},
            ],
        )
        return made["KeyMetadata"]["Arn"]

    def _ensure_alias(self, arn: str, aliased: str) -> str:
        if aliased == arn:
            return arn
        alias, key_id = self._names.alias, _id(arn)
        if aliased:
            self._call_eventually_consistent(self._kms.update_alias, AliasName=alias, TargetKeyId=key_id)
            return arn
        with ignoring("AlreadyExistsException"):
            self._call_eventually_consistent(self._kms.create_alias, AliasName=alias, TargetKeyId=key_id)
            return arn
        look = self.look()  # Lambda delivered the request twice, and the other run made the alias first
        if look.arn != arn:
            self._schedule_deletion(arn)
        return look.arn

    def _schedule_deletion(self, arn: str) -> None:
        if self._state(arn) == PENDING:
            return
        try:
            self._call_tagged(self._kms.schedule_key_deletion, KeyId=_id(arn), PendingWindowInDays=DELETION_DAYS)
        except ClientError as error:
            if (
                code(error) != INVALID_STATE or self._state(arn) != PENDING
            ):  # another run of the same request was faster
                raise


def _id(arn: str) -> str:
    """The key's id, which every call takes for a key of this account."""
    return arn.rpartition("/")[2]
