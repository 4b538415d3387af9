"""What facts are about: a pipeline execution, an image that was pushed, its repository, or something that releases
deploy to."""

from dataclasses import dataclass
from typing import ClassVar

from crosscheck.errors import ConfigurationError
from crosscheck.regions import is_region

EXECUTION = "execution"
IMAGE = "image"
TARGET = "target"
HISTORY = "history"
REPOSITORY = "repository"


def short_execution(execution: str) -> str:
    """The beginning of an execution's id, which tells it from others, for people."""
    return execution[:8]


@dataclass(frozen=True)
class Subject:
    """A pipeline execution. ``region`` is the region that hosts the pipeline."""

    expires: ClassVar[bool] = True
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

    expires: ClassVar[bool] = True
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


@dataclass(frozen=True)
class DeployTarget:
    """Something that releases deploy to, whichever pipeline they come from: a service, an alias, a stage.

    ``name`` is the ``subject`` of the check that proves a deployment there. What is known of it never expires: what is
    released twice a year has to go back to what was proven half a year ago. It is an item or two for each thing that is
    deployed to, however many releases there are.
    """

    expires: ClassVar[bool] = False
    region: str
    name: str

    @property
    def key(self) -> str:
        """The partition key in the ledger. The name comes last: what a service allows in a name may hold a ``#``."""
        return f"{TARGET}#{self.region}#{self.name}"


@dataclass(frozen=True)
class TargetHistory(DeployTarget):
    """What releases have brought to a deploy target of late: it expires as they do."""

    expires: ClassVar[bool] = True

    @property
    def key(self) -> str:
        """The partition key in the ledger."""
        return f"{HISTORY}#{self.region}#{self.name}"


@dataclass(frozen=True)
class Repository:
    """An image repository, in the registry to which images are pushed."""

    expires: ClassVar[bool] = True
    region: str
    name: str

    @property
    def key(self) -> str:
        """The partition key in the ledger; as with images, no part may hold a ``#``."""
        return f"{REPOSITORY}#{self.region}#{self.name}"


type LedgerKey = Subject | ImageSubject
"""What a card is about."""


def card_key(subject: LedgerKey) -> str:
    """The partition key of what is kept of a subject's card, beside the facts."""
    return f"card#{subject.key}"


type FactSubject = LedgerKey | DeployTarget | Repository


def parse_subject(key: str) -> LedgerKey:
    """The subject of a key.

    Raises:
        ConfigurationError: the key was not written by a subject's ``key``, or names no region.
    """
    match key.split("#"):
        case [kind, region, pipeline, execution] if kind == EXECUTION and is_region(region):
            return Subject(region, pipeline, execution)
        case [kind, region, repository, digest] if kind == IMAGE and is_region(region):
            return ImageSubject(region, repository, digest)
        case _:
            raise ConfigurationError(f"not a subject's key: {key[:80]}")
