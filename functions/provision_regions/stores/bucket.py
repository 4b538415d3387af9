"""The bucket of a region's store.

Every call names the account that must own the bucket, so a stranger's bucket of the same name is never touched.
"""

from collections.abc import Mapping
from typing import Any, cast

from botocore.exceptions import ClientError

from crosscheck.aws_errors import code, denied, ignoring, message
from crosscheck.size_limits import parse_json
from provision_regions.context import ProviderContext
from provision_regions.ownership.names import (
    OWNER_TAG,
    ForeignError,
    Names,
    Ownership,
    compact,
    foreign,
    ownership_by_tags,
)
from provision_regions.retry import FRESH_SECONDS
from provision_regions.stores.lifecycle import EVENT, UNKNOWN, keep_unknown_elements, refuse_losses
from provision_regions.stores.policies import bucket_readers, lifecycle_with, policy_with, tls_only
from provision_regions.stores.properties import StoreProperties
from provision_regions.stores.refused_policies import explaining_refusals

# Of a lifecycle, the one setting that S3 keeps beside the rules, and sets back where they are written without it.
SMALLEST_MOVED = "TransitionDefaultMinimumObjectSize"
NO_LOCATION = "us-east-1"  # for this region S3 refuses a LocationConstraint


class StoreBucket:
    """The bucket of one region: reads whose it is, makes it, and keeps its settings."""

    def __init__(self, context: ProviderContext, names: Names, region: str) -> None:
        self._s3 = context.clients.client("s3", region)
        self._s3.meta.events.register(EVENT, keep_unknown_elements, unique_id=UNKNOWN)
        self._call = context.retrying
        # S3 does not know a new bucket everywhere at once.
        self._call_eventually_consistent = context.retrying.also_on("NoSuchBucket")
        self._names = names
        self._permitted_prefix = context.store_prefix
        self._region = region
        self.name = names.bucket(region)
        self.arguments: Any = {"Bucket": self.name, "ExpectedBucketOwner": names.account}

    def look_for_ours(self, *, begun: bool) -> Ownership:
        """Whose the bucket is, as ``look`` says.

        Raises:
            ForeignError: the bucket is not ours to use.
        """
        ownership = self.look(begun=begun)
        if ownership is Ownership.FOREIGN:
            raise foreign(f"the bucket {self.name}", self._names)
        return ownership

    def look(self, *, begun: bool) -> Ownership:
        """Whose the bucket is. ``begun``: an earlier run set out to make it, so without tags it is ours.

        Raises:
            ForeignError: the bucket belongs to another account, or we may not read its tags.
        """
        untagged = Ownership.UNTAGGED if begun else Ownership.FOREIGN
        try:
            tags = self._call(self._s3.get_bucket_tagging, **self.arguments)["TagSet"]
        except ClientError as error:
            return untagged if code(error) == "NoSuchTagSet" else self._absent(error)
        return ownership_by_tags({tag["Key"]: tag["Value"] for tag in tags}, self._names, untagged=untagged)

    def _absent(self, error: ClientError) -> Ownership:
        if code(error) in {"NoSuchBucket", "404"}:
            return Ownership.ABSENT
        if denied(error):
            raise ForeignError(
                f"the bucket {self.name} belongs to another account, or we may not look at it; "
                f"it was left as it is: {message(error) or code(error)}{self._moved_rights()}"
            ) from error
        raise error

    def _moved_rights(self) -> str:
        """Why the call was probably denied, if the stack's ArtifactStorePrefix has changed."""
        if self._names.prefix.startswith(self._permitted_prefix):
            return ""
        return (
            f"; the function's rights in S3 end with ArtifactStorePrefix, which is {self._permitted_prefix!r} now: "
            "set it back, or remove the old store by hand"
        )

    def ensure(self, ownership: Ownership, key_arn: str, wanted: StoreProperties) -> None:
        """Make the bucket with all its settings, whatever of it exists already."""
        found = self._create() if ownership is Ownership.ABSENT else ownership
        if found is Ownership.UNTAGGED:
            tags: Any = {"TagSet": [{"Key": OWNER_TAG, "Value": self._names.owner}]}
            self._call_eventually_consistent(self._s3.put_bucket_tagging, Tagging=tags, **self.arguments)
        self._protect(key_arn)
        readers = bucket_readers(self._names, self._region, wanted.reader_accounts)
        self.put_policy(tls_only(self._names, self._region), *readers)
        if found is not Ownership.ADOPTED:  # expiry would delete what others keep in a bucket that they lend us
            self._set_lifecycle(wanted.expire_days)

    def _create(self) -> Ownership:
        arguments: dict[str, Any] = {"Bucket": self.name}
        if self._region != NO_LOCATION:
            arguments["CreateBucketConfiguration"] = {"LocationConstraint": self._region}
        try:
            self._call(self._s3.create_bucket, **arguments)
        except ClientError as error:
            if code(error) == "BucketAlreadyExists":
                raise ForeignError(
                    f"the bucket {self.name} belongs to another account; it was left as it is"
                ) from error
            if code(error) != "BucketAlreadyOwnedByYou":
                raise
        # us-east-1 says nothing if the bucket is ours already, so its tags are read in every case.
        ownership = self.look_for_ours(begun=True)
        self._call = self._call.tolerating_denials(FRESH_SECONDS)
        self._call_eventually_consistent = self._call_eventually_consistent.tolerating_denials(FRESH_SECONDS)
        return Ownership.UNTAGGED if ownership is Ownership.ABSENT else ownership

    def _protect(self, key_arn: str) -> None:
        call, bucket = self._call_eventually_consistent, self.arguments
        public_access: Any = {
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        }
        owner: Any = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
        encryption: Any = {"Rules": [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]}
        call(self._s3.put_public_access_block, PublicAccessBlockConfiguration=public_access, **bucket)
        call(self._s3.put_bucket_ownership_controls, OwnershipControls=owner, **bucket)
        call(self._s3.put_bucket_versioning, VersioningConfiguration={"Status": "Enabled"}, **bucket)
        call(self._s3.put_bucket_encryption, ServerSideEncryptionConfiguration=encryption, **bucket)

    def policy(self) -> dict[str, Any] | None:
        """The bucket's policy; None if it has none."""
        with ignoring("NoSuchBucketPolicy"):
            found = self._call(self._s3.get_bucket_policy, **self.arguments)["Policy"]
            return cast("dict[str, Any]", parse_json(found))
        return None

    def put_policy(self, *statements: dict[str, Any]) -> None:
        """Write our statements beside everybody else's, unless they are there already.

        Raises:
            RefusedPolicyError: S3 takes no such policy.
        """
        existing = self.policy()
        wanted = policy_with(existing, statements)
        if wanted == existing:
            return
        with explaining_refusals(f"the bucket {self.name}", wanted):
            self._call_eventually_consistent(self._s3.put_bucket_policy, Policy=compact(wanted), **self.arguments)

    def _set_lifecycle(self, expire_days: int) -> None:
        found: Mapping[str, Any] = {"Rules": []}
        with ignoring("NoSuchLifecycleConfiguration"):
            found = self._call(self._s3.get_bucket_lifecycle_configuration, **self.arguments)
        rules: Any = lifecycle_with(found["Rules"], expire_days)
        if rules == found["Rules"]:
            return
        refuse_losses(found, self.name)
        beside: Any = {name: value for name, value in found.items() if name == SMALLEST_MOVED}
        self._call_eventually_consistent(
            self._s3.put_bucket_lifecycle_configuration,
            LifecycleConfiguration={"Rules": rules},
            **beside,
            **self.arguments,
        )
