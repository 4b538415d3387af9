"""What the function is told by its environment."""

from dataclasses import dataclass

from crosscheck.settings import optional, required


@dataclass(frozen=True)
class CardSettings:
    """The function's settings."""

    card_queue_url: str
    dead_letters_url: str
    slack_channel: str
    slack_secret: str
    slack_api_url: str

    @classmethod
    def from_env(cls) -> "CardSettings":
        """Read the environment.

        Raises:
            MissingSettingError: a variable is absent.
        """
        return cls(
            card_queue_url=required("CARD_QUEUE_URL"),
            dead_letters_url=required("CARD_DEAD_LETTERS_URL"),
            slack_channel=required("SLACK_CHANNEL"),
            slack_secret=optional("SLACK_SECRET"),
            slack_api_url=required("SLACK_API_URL"),
        )
