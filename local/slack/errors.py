"""What the Web API refuses a call with."""


class SlackError(Exception):
    """An answer with ``ok: false``; ``code`` is Slack's word, ``messages`` go to ``response_metadata``."""

    def __init__(self, code: str, *messages: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = list(messages)


class RateLimitedError(SlackError):
    """Too many messages to a channel: HTTP 429."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after
