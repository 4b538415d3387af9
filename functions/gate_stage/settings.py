"""What the function is told by its environment."""

from dataclasses import dataclass

from crosscheck.settings import optional, required


@dataclass(frozen=True)
class Settings:
    """The function's settings; without a channel, cards are off."""

    ledger_table: str
    retention_days: int
    card_queue_url: str
    slack_channel: str

    @classmethod
    def from_env(cls) -> "Settings":
        """Read the environment.

        Raises:
            MissingSettingError: a variable is absent.
        """
        return cls(
            ledger_table=required("LEDGER_TABLE"),
            retention_days=int(required("LEDGER_RETENTION_DAYS")),
            card_queue_url=required("CARD_QUEUE_URL"),
            slack_channel=optional("SLACK_CHANNEL"),
        )
