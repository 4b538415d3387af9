"""Slack's secret in Secrets Manager: ``{"bot_token": …, "signing_secret": …}``. Its values are never logged."""

import math
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from crosscheck.aws_errors import AWS_ERRORS, code
from crosscheck.clients import Clients
from crosscheck.errors import ConfigurationError
from crosscheck.size_limits import parse_json

# Nobody is told whose signature is refused: a secret that was rotated is known within a minute.
KEEP_SECONDS = 60
# An HTTP header with anything else would be refused by an error that quotes it.
WELL_FORMED = re.compile(r"[!-~]+")
MALFORMED = "holds a space, a line break or another character that no token has"


class SlackSecret:
    """The secret of that name, read anew once it is older than ``keep_seconds``."""

    def __init__(
        self,
        clients: Clients,
        name: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        keep_seconds: float = KEEP_SECONDS,
    ) -> None:
        self._client = clients.client("secretsmanager")
        self._name = name
        self._clock = clock
        self._keep_seconds = keep_seconds
        self._parts: Mapping[str, Any] = {}
        self._read_at = -math.inf

    @property
    def kept(self) -> bool:
        """Whether the next value is one that was read a while ago."""
        return self._clock() - self._read_at < self._keep_seconds

    def forget(self) -> None:
        """Read the secret anew for the next value: what was read has perhaps been rotated since."""
        self._read_at = -math.inf

    def part(self, key: str) -> str:
        """A value of it: ``bot_token`` or ``signing_secret``.

        Raises:
            ConfigurationError: the secret cannot be read, or has no such value in a token's form. None is quoted.
        """
        if not self.kept:
            self._parts, self._read_at = self._read(), self._clock()
        value = self._parts.get(key)
        if not isinstance(value, str) or not value:
            raise ConfigurationError(f"the Slack secret {self._name} has no {key}")
        if not WELL_FORMED.fullmatch(value):
            raise ConfigurationError(f"the {key} of the Slack secret {self._name} {MALFORMED}")
        return value

    def _read(self) -> Mapping[str, Any]:
        try:
            text = self._client.get_secret_value(SecretId=self._name).get("SecretString", "")
        except AWS_ERRORS as error:
            raise ConfigurationError(f"the Slack secret {self._name} cannot be read: {code(error)}") from error
        try:
            parts = parse_json(text)
        except ValueError:
            parts = None
        if not isinstance(parts, dict):
            raise ConfigurationError(f"the Slack secret {self._name} is no JSON object")
        return parts
