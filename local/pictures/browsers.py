"""Where a browser may be; ``tools/find-browser`` asks this module too.

Order: the environment variable, an installed browser, the one that ``tools/find-browser`` installed.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

VARIABLE = "CROSSCHECK_BROWSER"
INSTALLED = Path(__file__).resolve().parents[2] / ".tools/browser/chromium"
COMMANDS = (
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome",
)
MACOS = tuple(
    f"{folder}/{name}.app/Contents/MacOS/{name}"
    for folder in ("/Applications", str(Path.home() / "Applications"))
    for name in ("Google Chrome", "Chromium", "Microsoft Edge")
)


class NoBrowserError(Exception):
    """There is no browser; the message says how to get one."""


def find_browser(
    environment: Mapping[str, str] = os.environ,
    which: Callable[[str], str | None] = shutil.which,
    is_file: Callable[[Path], bool] = Path.is_file,
    installed: Path = INSTALLED,
) -> Path:
    """The browser to take pictures with.

    Raises:
        NoBrowserError: there is none, or the environment variable names none.
    """
    if chosen := environment.get(VARIABLE):
        return _chosen(chosen, which)
    found = next(filter(None, map(which, COMMANDS)), None)
    if found is not None:
        return Path(found)
    for place in (*map(Path, MACOS), installed):
        if is_file(place):
            return place
    raise NoBrowserError(f"no browser: install Chrome, Chromium or Edge, set {VARIABLE} to one, or run make browser")


def _chosen(chosen: str, which: Callable[[str], str | None]) -> Path:
    # A command or a path: which() takes both.
    found = which(chosen)
    if found is None:
        raise NoBrowserError(f"{VARIABLE} is {chosen!r}, which is no program")
    return Path(found)


def main() -> int:
    """Print the browser's path, or the reason for having none on standard error."""
    try:
        sys.stdout.write(f"{find_browser()}\n")
    except NoBrowserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
