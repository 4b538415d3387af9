"""Whether CodePipeline can use a key for the artifacts of a region: pure rules, and the one call that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosscheck.contracts.partial_results import Facet

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

# https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html: in no other state does a key encrypt.
_USABLE = frozenset({"Enabled", "Updating"})
_REMEDIES = {
    "Disabled": "enable it",
    "PendingDeletion": "cancel its deletion and enable it, or name another key",
    "PendingReplicaDeletion": "cancel its deletion and enable it, or name another key",
    "PendingImport": "import its key material",
    "Unavailable": "connect its key store again",
}
_ARN_PARTS = 6
_REGION_PART = 3


def name_refused(named: str, region: str, foreign: str) -> str:
    """What is wrong with the way in which the pipeline names the key; empty where nothing is.

    ``foreign`` is another account whose actions use the store, empty for none. Across accounts CodePipeline needs a
    customer key, and an alias would be looked up in the other account.
    """
    elsewhere = _region_of(named)
    if elsewhere and elsewhere != region:
        return f"its key {short_key(named)} is in {elsewhere}, but CodePipeline needs one in {region}: name a key there"
    if not foreign:
        return ""
    across = f"an action of account {foreign} uses the store"
    if not named:
        return f"{across}: name a customer key, by id or ARN (S3's own key does not work across accounts)"
    if short_key(named).startswith("alias/"):
        return f"{across}: name the key by id or ARN, not by the alias {short_key(named)}"
    return ""


def read_key(client: KMSClient, named: str, region: str, foreign: str) -> Facet:
    """What KMS says of the key.

    Raises:
        ClientError, BotoCoreError: KMS refused, or did not answer.
    """
    try:
        metadata = client.describe_key(KeyId=named)["KeyMetadata"]
    except (client.exceptions.NotFoundException, client.exceptions.InvalidArnException):
        return Facet(problem=f"there is no key {short_key(named)} in {region}: name one that is there")
    return judge_key(metadata, named, foreign)


def judge_key(metadata: KeyMetadataTypeDef, named: str, foreign: str) -> Facet:
    """Whether the key encrypts, and for whom."""
    state = str(metadata.get("KeyState", ""))  # the type knows only the words of today
    return Facet(
        f"{metadata['KeyId']} {state}".strip(), _refused(metadata, state, f"its key {short_key(named)}", foreign)
    )


def _refused(metadata: KeyMetadataTypeDef, state: str, key: str, foreign: str) -> str:
    if state not in _USABLE:
        return (
            f"{key} is {state or 'in an unknown state'}: {_REMEDIES.get(state, 'make it usable, or name another key')}"
        )
    if metadata.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        return f"{key} is {metadata['KeySpec']}: S3 takes symmetric encryption keys only, name one"
    if foreign and metadata.get("KeyManager") == "AWS":
        return f"{key} is AWS's own, which account {foreign} cannot use: name a customer key, by id or ARN"
    return ""


def short_key(named: str) -> str:
    """A key for people: an ARN without what comes before the id or the alias."""
    parts = named.split(":", _ARN_PARTS - 1)
    return parts[-1].removeprefix("key/") if len(parts) == _ARN_PARTS else named


def _region_of(named: str) -> str:
    parts = named.split(":", _ARN_PARTS - 1)
    return parts[_REGION_PART] if len(parts) == _ARN_PARTS else ""
