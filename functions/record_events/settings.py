"""What the function is told by its environment."""

from dataclasses import dataclass

from crosscheck.settings import required


@dataclass(frozen=True)
class Settings:
    """The function's own settings."""

    events_queue_url: str
    state_machine: str

    @classmethod
    def from_env(cls) -> "Settings":
        """Read the environment.

        Raises:
            MissingSettingError: a variable is absent.
        """
        return cls(events_queue_url=required("EVENTS_QUEUE_URL"), state_machine=required("STATE_MACHINE"))
