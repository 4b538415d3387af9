"""Container image references and digests, as task definitions and image definitions write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crosscheck.errors import ConfigurationError
from crosscheck.size_limits import parse_json

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
SHORT_DIGEST = len("sha256:") + 12
REFERENCE_LIMIT = 1_000

# Private registries: the usual host, the FIPS one, the one in China, and the dual-stack one.
_ECR_HOST = re.compile(
    r"(?P<account>\d{12})\.(?:dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"
    r"|dkr-ecr(?:-fips)?\.(?P<dual>[a-z0-9-]+)\.on\.(?:aws|amazonwebservices\.com\.cn))"
)
_REFERENCE = re.compile(
    r"(?:(?P<host>[A-Za-z0-9.-]+(?::\d+)?)/)?(?P<repository>[a-z0-9._/-]+)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


@dataclass(frozen=True)
class Registry:
    """A private ECR registry: an account's, in a region."""

    account: str
    region: str


@dataclass(frozen=True)
class ImageReference:
    """``host/repository:tag@digest``; ``tag`` is ``latest`` where neither tag nor digest is written."""

    text: str
    host: str
    repository: str
    tag: str
    digest: str

    @property
    def registry(self) -> Registry | None:
        """The ECR registry that the reference names, None for an image that is elsewhere."""
        match = _ECR_HOST.fullmatch(self.host)
        return Registry(match["account"], match["region"] or match["dual"]) if match else None

    @property
    def names_digest(self) -> bool:
        """Whether the text itself holds the digest, so that nobody can make it stand for another image."""
        return bool(self.digest) and self.text.endswith(f"@{self.digest}")

    def in_region(self, region: str) -> ImageReference:
        """The same tag in the same account's registry of another region."""
        here = self.registry
        host = self.host.replace(here.region, region) if here else self.host
        return parse_reference(f"{host}/{self.repository}:{self.tag}" if self.tag else f"{host}/{self.repository}")


def parse_reference(text: str) -> ImageReference:
    """The parts of a reference.

    Raises:
        ConfigurationError: it is no image reference.
    """
    match = _REFERENCE.fullmatch(text) if len(text) <= REFERENCE_LIMIT else None
    if match is None:
        raise ConfigurationError("not an image reference (registry/repository:tag)")
    host, repository = match["host"] or "", match["repository"]
    # Docker's rule: the first part is a host only where it holds a dot or a port, or is localhost.
    if host and not ("." in host or ":" in host or host == "localhost"):
        host, repository = "", f"{host}/{repository}"
    digest = match["digest"] or ""
    return ImageReference(text, host, repository, match["tag"] or ("" if digest else "latest"), digest)


def short(digest: str) -> str:
    """A digest as people read it: ``sha256:`` and 12 hexadecimal digits."""
    return digest[:SHORT_DIGEST]


def children(manifest: str) -> frozenset[str]:
    """The digests that an image index or a manifest list points to; empty for the manifest of one image.

    A task reports the digest of the index or of its platform's manifest, depending on who pulled the image.
    """
    try:
        document = parse_json(manifest)
    except ValueError:
        return frozenset()
    listed = document.get("manifests") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        return frozenset()
    digests = (entry.get("digest") for entry in listed if isinstance(entry, dict))
    return frozenset(digest for digest in digests if isinstance(digest, str) and DIGEST.fullmatch(digest))
