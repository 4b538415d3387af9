"""What the function is told by its environment."""

from dataclasses import dataclass

from crosscheck.settings import required


@dataclass(frozen=True)
class EventSettings:
    """The function's own settings."""

    dead_letters_url: str
    state_machine: str

    @classmethod
    def from_env(cls) -> "EventSettings":
        """Read the environment.

        Raises:
            MissingSettingError: a variable is absent.
        """
        return cls(dead_letters_url=required("EVENTS_DEAD_LETTERS_URL"), state_machine=required("STATE_MACHINE"))
