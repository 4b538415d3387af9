"""Every error that Crosscheck raises on purpose.

::

    CrosscheckError
    ├── ConfigurationError      somebody has to change what they wrote: a parameter, a property, a key
    │   └── MissingSettingError      an environment variable of the function is absent
    ├── UnreadableEventError         an event that no retry will make readable
    └── RetryLaterError              the work is fine, the time is not; carries the seconds to wait
"""


class CrosscheckError(Exception):
    """What Crosscheck raises on purpose; the text is meant for people."""


class ConfigurationError(CrosscheckError):
    """The user's configuration is wrong; the text says what to change."""


class MissingSettingError(ConfigurationError):
    """An environment variable that the function needs is absent or empty."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the environment variable {name} is missing: deploy the function with template.yaml")
        self.name = name


class UnreadableEventError(CrosscheckError):
    """An event whose shape is unknown; retrying cannot help, the dead-letter queue keeps it."""


class RetryLaterError(CrosscheckError):
    """The work must be done again later."""

    def __init__(self, reason: str, seconds: int) -> None:
        super().__init__(reason)
        self.seconds = seconds
