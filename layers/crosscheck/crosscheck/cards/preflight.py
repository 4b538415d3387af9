"""What a release's card says of its preflight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from crosscheck.preflight import warnings

if TYPE_CHECKING:
    from crosscheck.verdicts import Finding


def preflight_lines(findings: Mapping[str, Iterable[Finding]]) -> list[tuple[str, str]]:
    """``(region, text)`` for everything that people have to see, by region; nothing where all is well.

    The texts hold what AWS and the pipeline's owner wrote: escape them.
    """
    return [(region, text) for region in sorted(findings) for text in warnings(findings[region])]
