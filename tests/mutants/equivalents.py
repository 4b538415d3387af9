"""Mutants that nobody could tell from the original: by file, line and change, each with its reason."""

from __future__ import annotations

EQUIVALENTS: dict[tuple[str, str, str], str] = {}
