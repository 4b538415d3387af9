"""Reading one file out of an artifact, and the image definitions that it holds.

An artifact may be of any size, so no more than its end, its directory and the wanted file is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crosscheck.errors import ConfigurationError, CrosscheckError
from crosscheck.images.reference import ImageReference, parse_reference
from crosscheck.pipelines.runs import Artifact
from crosscheck.services.artifacts.zips import StoredZip, TooManyFilesError, UnreadableZipError
from crosscheck.size_limits import OverLimitError, parse_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PERMISSIONS = frozenset({"kms:Decrypt", "s3:GetObject"})
# Some 150,000 files.
DIRECTORY_LIMIT = 16 * 1024 * 1024
# CodePipeline takes image definitions of up to 100 KB.
DEFINITIONS_LIMIT = 100_000


class UnreadableArtifactError(CrosscheckError):
    """The artifact is no zip, lacks the file, or holds something else than expected."""


def read_file(client: S3Client, artifact: Artifact, name: str) -> bytes:
    """One file of an artifact.

    Raises:
        UnreadableArtifactError: no zip, no such file, or the file or the directory is over its limit.
    """
    try:
        content = StoredZip(client, artifact, DIRECTORY_LIMIT).read(name, DEFINITIONS_LIMIT)
    except TooManyFilesError:
        raise UnreadableArtifactError("the input artifact holds too many files") from None
    except UnreadableZipError as error:
        raise UnreadableArtifactError(f"the input artifact is no readable zip: it {error}") from None
    except OverLimitError:
        raise UnreadableArtifactError(f"{name} is over {DEFINITIONS_LIMIT} bytes") from None
    if content is None:
        raise UnreadableArtifactError(f"the input artifact holds no {name}")
    return content


def image_definitions(content: bytes, name: str) -> Mapping[str, ImageReference]:
    """The intended image of each container that the file names.

    Raises:
        UnreadableArtifactError: it is not ``[{"name": …, "imageUri": …}]``.
    """
    try:
        images = {entry["name"]: parse_reference(entry["imageUri"]) for entry in parse_json(content)}
    except (ValueError, TypeError, KeyError, ConfigurationError):
        images = {}
    if not images or not all(isinstance(container, str) for container in images):
        raise UnreadableArtifactError(f'{name} is not a list of {{"name", "imageUri"}} with image references')
    return images
