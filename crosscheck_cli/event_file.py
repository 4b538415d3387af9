"""Events in a file: one JSON object, a list of them, or one in each line."""

import json
from pathlib import Path
from typing import Any

from crosscheck.errors import ConfigurationError
from crosscheck.size_limits import parse_json


def read_events(path: Path) -> list[Any]:
    """The events in their order.

    Raises:
        ConfigurationError: the file cannot be read, or holds no JSON.
    """
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {type(error).__name__}") from error
    try:
        whole = parse_json(text)
    except ValueError:
        return [_line(path, number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return whole if isinstance(whole, list) else [whole]


def compact(event: Any) -> str:
    """The event as a message holds it."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False)


def _line(path: Path, number: int, line: str) -> Any:
    try:
        return parse_json(line)
    except ValueError:
        raise ConfigurationError(f"{path} is no JSON: not as a whole, and not in line {number}") from None
