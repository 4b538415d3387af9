"""Reading a function's environment, the same way everywhere."""

import os
from collections.abc import Mapping

from crosscheck.errors import MissingSettingError


def required(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """The value of an environment variable.

    Raises:
        MissingSettingError: it is absent or empty.
    """
    value = environ.get(name, "")
    if not value:
        raise MissingSettingError(name)
    return value


def optional(name: str, default: str = "", environ: Mapping[str, str] = os.environ) -> str:
    """The value of an environment variable, or the default where it is absent or empty."""
    return environ.get(name, "") or default
