"""What a card is about: a pipeline execution."""

from dataclasses import dataclass

from crosscheck.errors import ConfigurationError

EXECUTION = "execution"


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

    @classmethod
    def parse(cls, key: str) -> "Subject":
        """The subject of a key.

        Raises:
            ConfigurationError: the key was not written by ``Subject.key``.
        """
        match key.split("#"):
            case [kind, region, pipeline, execution] if kind == EXECUTION:
                return cls(region, pipeline, execution)
            case _:
                raise ConfigurationError(f"not a subject's key: {key[:80]}")
