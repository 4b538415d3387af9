"""What a card is about: a pipeline execution, or an image that was pushed."""

from dataclasses import dataclass

from crosscheck.errors import ConfigurationError

EXECUTION = "execution"
IMAGE = "image"


@dataclass(frozen=True)
class Subject:
    """A pipeline execution. ``region`` is the region that hosts the pipeline."""

    region: str
    pipeline: str
    execution: str

    @property
    def key(self) -> str:
        """The partition key in the ledger. None of the parts may hold a ``#``: AWS's naming rules forbid it."""
        return f"{EXECUTION}#{self.region}#{self.pipeline}#{self.execution}"


@dataclass(frozen=True)
class ImageSubject:
    """An image in the registry to which it was pushed. ``digest`` is ``sha256:`` and 64 hexadecimal digits."""

    region: str
    repository: str
    digest: str

    @property
    def key(self) -> str:
        """The partition key in the ledger; as with executions, no part may hold a ``#``."""
        return f"{IMAGE}#{self.region}#{self.repository}#{self.digest}"

    @property
    def name(self) -> str:
        """The image for people: repository and the first 12 digits of its digest."""
        return f"{self.repository}@{self.digest[: len('sha256:') + 12]}"


type LedgerKey = Subject | ImageSubject


def parse_subject(key: str) -> LedgerKey:
    """The subject of a key.

    Raises:
        ConfigurationError: the key was not written by a subject's ``key``.
    """
    match key.split("#"):
        case [kind, region, pipeline, execution] if kind == EXECUTION:
            return Subject(region, pipeline, execution)
        case [kind, region, repository, digest] if kind == IMAGE:
            return ImageSubject(region, repository, digest)
        case _:
            raise ConfigurationError(f"not a subject's key: {key[:80]}")
