"""The names of alarms: a plan lists them, a planned check holds them as one text."""

import json
from collections.abc import Sequence

NAME_LIMIT = 255
NAMES_LIMIT = 200


def read_names(value: object) -> str | None:
    """The text for a list of names, or for a string that joins them by commas; None for anything else."""
    names = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
    if not isinstance(names, list) or not 0 < len(names) <= NAMES_LIMIT:
        return None
    if not all(isinstance(name, str) and 0 < len(name) <= NAME_LIMIT for name in names):
        return None
    return _written(list(dict.fromkeys(names)))


def names_of(text: str) -> Sequence[str]:
    """The names in a text of ``read_names``."""
    return [str(name) for name in json.loads(text)] if text.startswith("[") else text.split(", ")


def _written(names: Sequence[str]) -> str:
    """Joined by commas, as people read them; as JSON if a name holds such a comma itself."""
    plain = ", ".join(names)
    return plain if not plain.startswith("[") and names_of(plain) == names else json.dumps(names)
