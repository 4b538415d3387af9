"""The names of AWS's regions, by their form: which ones there are changes without us."""

import re

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d{1,3}")
LENGTH_LIMIT = 40


def is_region(name: str) -> bool:
    """Whether a text has the form of a region's name, such as ``us-gov-east-1``."""
    return len(name) <= LENGTH_LIMIT and _REGION.fullmatch(name) is not None
