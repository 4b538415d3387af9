"""Reading the directory of a zip in S3: its end, and no file of it."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from crosscheck.aws_errors import denied, explain
from crosscheck.errors import CrosscheckError
from crosscheck.pipelines.runs import Artifact
from crosscheck.services.artifacts.difference import Directory, Entry

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Some 40,000 files; two of these fit into the memory of a function beside everything else.
DIRECTORY_LIMIT = 4 * 1024 * 1024
# The directory of an artifact of ordinary size is within this, and so comes with the first answer.
TAIL = 256 * 1024
# The end record, APPNOTE.TXT 4.3.16: 22 bytes before any comment, the directory's size from the twelfth on.
_END = b"PK\x05\x06"
_END_BYTES = 22
_SIZE = struct.Struct("<L")
_SIZE_AT = 12


class NotComparableError(CrosscheckError):
    """The artifact is out of reach, or no zip whose directory can be read; the text says which."""


def read_directory(client: S3Client, artifact: Artifact, region: str) -> Directory:
    """What an artifact holds, by name. ``region`` is the client's, for words.

    Raises:
        NotComparableError: Crosscheck may not read it, or it is no zip with a directory within the limit.
        ClientError, BotoCoreError: S3 or KMS refused otherwise, or did not answer.
    """
    try:
        return _entries(_directory(client, artifact, region), region)
    except ClientError as error:
        if not denied(error):
            raise
        needs = f"Crosscheck needs s3:GetObject on the bucket {artifact.bucket}, and kms:Decrypt on its key"
        raise NotComparableError(f"{explain(error, region)} ({needs})") from error


def _directory(client: S3Client, artifact: Artifact, region: str) -> bytes:
    """The zip from its directory on, to its end."""
    tail = _fetch(client, artifact, f"bytes=-{TAIL}")
    end = tail.rfind(_END)
    if not 0 <= end <= len(tail) - _END_BYTES:
        raise NotComparableError(f"the artifact in {region} is no zip")
    (size,) = _SIZE.unpack_from(tail, end + _SIZE_AT)
    wanted = size + len(tail) - end
    if size > DIRECTORY_LIMIT:
        raise NotComparableError(f"the artifact in {region} holds too many files")
    return (tail if wanted <= len(tail) else _fetch(client, artifact, f"bytes=-{wanted}"))[-wanted:]


def _fetch(client: S3Client, artifact: Artifact, wanted: str) -> bytes:
    with client.get_object(Bucket=artifact.bucket, Key=artifact.key, Range=wanted)["Body"] as body:
        return body.read(DIRECTORY_LIMIT + TAIL)


def _entries(directory: bytes, region: str) -> Directory:
    """A zip without its files is one whose directory comes first: as good a zip for whoever wants the directory."""
    try:
        with zipfile.ZipFile(io.BytesIO(directory)) as archive:
            return {entry.filename: Entry(entry.file_size, entry.CRC) for entry in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise NotComparableError(
            f"the directory of the artifact in {region} is not readable ({type(error).__name__})"
        ) from None
