"""The directory of a zip in S3, read without any file of it, and how two of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from crosscheck.aws_errors import denied, explain
from crosscheck.errors import CrosscheckError
from crosscheck.pipelines.runs import Artifact
from crosscheck.services.artifacts.zips import NoZipError, StoredZip, TooManyFilesError, UnreadableZipError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Every region's copy is compared with the source at once, so the two directories of each of them have to fit into
# the memory of a function.
DIRECTORY_LIMIT = 4 * 1024 * 1024
FILE_LIMIT = 40_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What a zip's directory says of a file: its size in bytes, and the CRC-32 of its content."""

    size: int
    checksum: int


type Directory = Mapping[str, Entry]


def difference(copy: Directory, source: Directory) -> str:
    """The first difference of the copy, by name, and how many more there are; empty where there is none."""
    names = sorted(name for name in copy.keys() | source.keys() if copy.get(name) != source.get(name))
    if not names:
        return ""
    more = f", and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{_entry_difference(names[0], copy, source)}{more}"


def _entry_difference(name: str, copy: Directory, source: Directory) -> str:
    if name not in copy:
        return f"{name} is missing"
    if name not in source:
        return f"{name} was added"
    here, there = copy[name], source[name]
    if here.size != there.size:
        return f"{name} has {here.size} bytes, not {there.size}"
    return f"{name} has other content of the same size"


class NotComparableError(CrosscheckError):
    """The artifact is out of reach, or no zip whose directory can be read; the text says which."""


def read_directory(client: S3Client, artifact: Artifact, region: str) -> Directory:
    """What an artifact holds, by name. ``region`` is the client's, for words.

    Raises:
        NotComparableError: Crosscheck may not read it, or it is no zip with a directory within the limit.
        ClientError, BotoCoreError: S3 or KMS refused otherwise, or did not answer.
    """
    try:
        return _entries(StoredZip(client, artifact, DIRECTORY_LIMIT))
    except TooManyFilesError:
        raise NotComparableError(f"the artifact in {region} holds too many files") from None
    except NoZipError:
        raise NotComparableError(f"the artifact in {region} is no zip") from None
    except UnreadableZipError as error:
        raise NotComparableError(f"the artifact in {region} is not readable: it {error}") from None
    except ClientError as error:
        if not denied(error):
            raise
        needs = f"Crosscheck needs s3:GetObject on the bucket {artifact.bucket}, and kms:Decrypt on its key"
        raise NotComparableError(f"{explain(error, region)} ({needs})") from error


def _entries(stored: StoredZip) -> Directory:
    found: dict[str, Entry] = {}
    for entry in stored.entries():
        found[entry.name] = Entry(entry.size, entry.checksum)
        if len(found) > FILE_LIMIT:
            raise TooManyFilesError("holds too many files")
    return found
