"""What the function is told by its environment."""

from dataclasses import dataclass

from crosscheck.settings import optional


@dataclass(frozen=True)
class Settings:
    """The function's settings. ``regions`` and ``prefixes`` are those of the stack's parameters."""

    regions: tuple[str, ...]
    prefixes: tuple[str, ...]

    @classmethod
    def from_env(cls) -> "Settings":
        """Read the environment; both may be empty."""
        return cls(regions=_listed("REGIONS"), prefixes=_listed("REPLICATE_REPOSITORIES"))


def _listed(name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in optional(name).split(",") if part.strip())
