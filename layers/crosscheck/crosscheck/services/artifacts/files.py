"""Reading one file out of an artifact, and the image definitions that it holds.

An artifact may be of any size, so no more than its end, its directory and the wanted file is fetched.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Buffer, Mapping
from typing import TYPE_CHECKING

from crosscheck.errors import ConfigurationError, CrosscheckError
from crosscheck.images.reference import ImageReference, parse_reference
from crosscheck.pipelines.runs import Artifact

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PERMISSIONS = frozenset({"kms:Decrypt", "s3:GetObject"})
CHUNK = 512 * 1024
# Some 150,000 files. zipfile keeps several times as much of them in the memory of a function.
DIRECTORY_LIMIT = 16 * 1024 * 1024
# CodePipeline takes image definitions of up to 100 KB.
DEFINITIONS_LIMIT = 100_000


class UnreadableArtifactError(CrosscheckError):
    """The artifact is no zip, lacks the file, or holds something else than expected."""


class TooManyFilesError(UnreadableArtifactError):
    """The directory of the zip is larger than the limit."""


class StoredZip(io.BufferedReader):
    """A zip in S3, for ``zipfile``. The end of the object is fetched at once, the rest when it is read.

    ``zipfile`` reads the directory in one piece, of the size that the zip claims; over ``limit`` bytes raises
    TooManyFilesError before anything is fetched. Buffered, since a raw file may give less than was asked for, which
    ``zipfile`` takes for the end of the zip.
    """

    def __init__(self, client: S3Client, artifact: Artifact, limit: int = DIRECTORY_LIMIT) -> None:
        super().__init__(_StoredObject(client, artifact))
        self._limit = limit

    def read(self, size: int | None = -1, /) -> bytes:
        """As the file's own ``read``."""
        if size is not None and size > self._limit:
            raise TooManyFilesError("the input artifact holds too many files")
        return super().read(size)


class _StoredObject(io.RawIOBase):
    """An S3 object as a seekable file, fetched in ranges of up to CHUNK bytes, one of which is kept."""

    def __init__(self, client: S3Client, artifact: Artifact) -> None:
        super().__init__()
        self._client = client
        self._artifact = artifact
        self._position = 0
        self._start, self._chunk, self._size = self._fetch(f"bytes=-{CHUNK}")

    def _fetch(self, wanted: str) -> tuple[int, bytes, int]:
        answer = self._client.get_object(Bucket=self._artifact.bucket, Key=self._artifact.key, Range=wanted)
        with answer["Body"] as body:
            content = body.read(CHUNK)
        # "bytes 0-1023/4096"; absent where the whole object came
        span, _, size = answer.get("ContentRange", f"bytes 0-/{len(content)}").removeprefix("bytes ").partition("/")
        return int(span.partition("-")[0]), content, int(size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        if self._position >= self._size or not view:
            return 0
        offset = self._position - self._start
        if not 0 <= offset < len(self._chunk):
            last = min(self._position + CHUNK, self._size) - 1
            self._start, self._chunk, self._size = self._fetch(f"bytes={self._position}-{last}")
            offset = 0
        part = self._chunk[offset : offset + len(view)]
        view[: len(part)] = part
        self._position += len(part)
        return len(part)


def read_file(client: S3Client, artifact: Artifact, name: str) -> bytes:
    """One file of an artifact.

    Raises:
        UnreadableArtifactError: no zip, no such file, or the file or the directory is over its limit.
    """
    try:
        with zipfile.ZipFile(StoredZip(client, artifact)) as archive, archive.open(name) as member:
            content = member.read(DEFINITIONS_LIMIT + 1)
    except KeyError:
        raise UnreadableArtifactError(f"the input artifact holds no {name}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise UnreadableArtifactError(f"the input artifact is no readable zip ({type(error).__name__})") from None
    if len(content) > DEFINITIONS_LIMIT:
        raise UnreadableArtifactError(f"{name} is over {DEFINITIONS_LIMIT} bytes")
    return content


def image_definitions(content: bytes, name: str) -> Mapping[str, ImageReference]:
    """The intended image of each container that the file names.

    Raises:
        UnreadableArtifactError: it is not ``[{"name": …, "imageUri": …}]``.
    """
    try:
        images = {entry["name"]: parse_reference(entry["imageUri"]) for entry in json.loads(content)}
    except (ValueError, TypeError, KeyError, RecursionError, ConfigurationError):
        images = {}
    if not images or not all(isinstance(container, str) for container in images):
        raise UnreadableArtifactError(f'{name} is not a list of {{"name", "imageUri"}} with image references')
    return images
