"""Empties a bucket and deletes it, while others may still write to it."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_plus

from crosscheck.aws_errors import ignoring
from crosscheck.errors import CrosscheckError
from provision_regions.context import ProviderContext
from provision_regions.ownership.names import Names
from provision_regions.stores.bucket import StoreBucket
from provision_regions.stores.policies import closing, tls_only
from provision_regions.stores.refused_policies import RefusedPolicyError

BATCH = 1000  # objects that S3 lists and deletes at once
ROUNDS = 8
# DeleteObjects has the keys in XML, which cannot hold these characters: https://www.w3.org/TR/xml/#charsets
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TRANSIENT = frozenset({"InternalError", "OperationAborted", "ServiceUnavailable", "SlowDown"})


class NotEmptyError(CrosscheckError):
    """The bucket still holds something that cannot be deleted."""


class BucketRemoval:
    """Removes one region's bucket with everything in it."""

    def __init__(self, context: ProviderContext, names: Names, region: str) -> None:
        self._s3 = context.clients.client("s3", region)
        self._call = context.retrying
        self._statements = (tls_only(names, region), closing(names, region))
        self._bucket = StoreBucket(context, names, region)
        self._arguments = self._bucket.arguments

    def run(self) -> None:
        """Close the bucket to writers, empty it, delete it.

        Raises:
            NotEmptyError: objects cannot be deleted, or others write them faster than they are deleted.
            OutOfTimeError: this run's time is used up. The next run goes on where it stopped.
        """
        with ignoring("NoSuchBucket"):  # another run of the same request was faster
            open_because = self._close()
            for attempt in range(ROUNDS):
                self._delete_versions()
                self._abort_uploads()
                if self._deleted():
                    return
                self._call.pause(attempt)  # a write may have begun before the policy took effect
            emptied = f"the bucket {self._bucket.name} was emptied {ROUNDS} times and is still not empty"
            raise NotEmptyError(emptied + open_because)

    def _close(self) -> str:
        """Close the bucket to writers. If S3 refuses that, say why: most buckets can be emptied all the same, as their
        writers are slower than we are."""
        try:
            self._bucket.put_policy(*self._statements)
        except RefusedPolicyError as refused:
            return f", and could not be closed to writers: {refused}"
        return ""

    def _deleted(self) -> bool:
        with ignoring("BucketNotEmpty"):
            self._call(self._s3.delete_bucket, **self._arguments)
            return True
        return False

    def _delete_versions(self) -> None:
        """Delete batch by batch, each time the first ones that are left, so that no page marker is outdated."""
        stuck, refused = 0, ""
        while stuck < ROUNDS:
            page = self._call(self._s3.list_object_versions, MaxKeys=BATCH, **self._arguments)
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if not found:
                return
            refused = self._delete([{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in found])
            stuck = stuck + 1 if refused else 0
            if refused:
                self._call.pause(stuck)
        raise NotEmptyError(f"S3 goes on refusing deletions in the bucket {self._bucket.name}: {refused}")

    def _delete(self, entries: list[Any]) -> str:
        """Delete the objects; returns the code of a temporary refusal, empty if all are deleted."""
        for entry in entries:
            if NO_XML.search(entry["Key"]):
                self._call(self._s3.delete_object, **entry, **self._arguments)
        objects = [entry for entry in entries if not NO_XML.search(entry["Key"])]
        return self._delete_batch(objects) if objects else ""

    def _delete_batch(self, objects: list[Any]) -> str:
        answer = self._call(self._s3.delete_objects, Delete={"Objects": objects, "Quiet": True}, **self._arguments)
        errors = answer.get("Errors", [])
        lasting = [error for error in errors if error.get("Code") not in TRANSIENT]
        if lasting:  # no text quotes the keys of artifacts, which name pipelines and commits
            said = f"{lasting[0].get('Code')}: {lasting[0].get('Message', '')}"
            raise NotEmptyError(f"{len(lasting)} objects of the bucket {self._bucket.name} cannot be deleted: {said}")
        return errors[0].get("Code", "") if errors else ""

    def _abort_uploads(self) -> None:
        """Abort those that are listed first, each time anew: there may be more of them than fit into memory."""
        seen: set[tuple[str, str]] = set()
        while listed := set(self._uploads()) - seen:
            seen = listed
            for key, upload in listed:
                with ignoring("NoSuchUpload"):  # its writer finished or aborted it first
                    self._call(self._s3.abort_multipart_upload, Key=key, UploadId=upload, **self._arguments)

    def _uploads(self) -> Iterable[tuple[str, str]]:
        """Key and id of the first uploads. botocore neither asks S3 to encode the keys, which may hold what no XML can,
        nor decodes them."""
        page = self._call(self._s3.list_multipart_uploads, EncodingType="url", **self._arguments)
        encoded = page.get("EncodingType") == "url"
        for upload in page.get("Uploads", []):
            yield unquote_plus(upload["Key"]) if encoded else upload["Key"], upload["UploadId"]
