"""One picture: a PNG file, or in words why there is none."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING

from local.pictures.browsers import NoBrowserError, find_browser
from local.pictures.devtools import BrowserError, browser
from local.pictures.tab import Tab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True)
class Picture:
    """``path`` is the PNG file. Without one, ``reason`` says why and ``html`` is the page's copy, if it was there."""

    path: Path | None
    reason: str = ""
    html: Path | None = None

    def __str__(self) -> str:
        """As a summary shows it."""
        if self.path:
            return str(self.path)
        return f"no picture: {self.reason}" + (f"; the page is in {self.html}" if self.html else "")


@dataclass(frozen=True)
class Shot:
    """What of a page is on a picture, in CSS pixels: with ``fit`` as high as its content needs, with ``dark`` in its
    dark colours, with ``of`` only the element that this selector finds."""

    width: int
    height: int
    fit: bool = False
    dark: bool = False
    of: str = ""


def take_picture(
    url: str,
    target: Path,
    shot: Shot,
    *,
    find: Callable[[], Path] = find_browser,
    seconds: float = TIMEOUT_SECONDS,
) -> Picture:
    """Take a picture of the page at ``url``.

    ``target`` is the PNG file to write. Never raises for want of a browser or of a page: the result says so.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with browser(find(), seconds) as devtools:
            tab = Tab(devtools, shot.width, shot.height, dark=shot.dark)
            tab.open(url)
            png = tab.picture(fit=shot.fit, of=shot.of)
    except (NoBrowserError, BrowserError, OSError) as error:
        return Picture(None, str(error), _copy(url, target.with_suffix(".html")))
    target.write_bytes(png)
    return Picture(target)


def _copy(url: str, target: Path) -> Path | None:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - the account's own page
            target.write_bytes(answer.read())
    except (OSError, HTTPException, ValueError):
        return None
    return target
