"""One picture: a PNG file, or in words why there is none."""

from __future__ import annotations

import base64
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from local.pictures.browsers import NoBrowserError, find_browser
from local.pictures.devtools import BrowserError, DevTools, browser

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIMEOUT_SECONDS = 20.0
HIGHEST = 8_000
# How far the page, or what scrolls inside it, is longer than what is seen of it.
_HIDDEN_HEIGHT = """Math.max(0, ...[...document.querySelectorAll("*")]
  .filter((e) => e === document.scrollingElement || /auto|scroll/.test(getComputedStyle(e).overflowY))
  .map((e) => e.scrollHeight - e.clientHeight))"""


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


def take_picture(
    url: str,
    target: Path,
    width: int,
    height: int,
    *,
    fit: bool = False,
    find: Callable[[], Path] = find_browser,
    seconds: float = TIMEOUT_SECONDS,
) -> Picture:
    """Take a picture of the page at ``url``, in CSS pixels; with ``fit`` as high as its content needs.

    ``target`` is the PNG file to write. Never raises for want of a browser or of a page: the result says so.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with browser(find(), seconds) as devtools:
            png = _capture(devtools, url, width, height, fit=fit)
    except (NoBrowserError, BrowserError, OSError) as error:
        return Picture(None, str(error), _copy(url, target.with_suffix(".html")))
    target.write_bytes(png)
    return Picture(target)


def _capture(devtools: DevTools, url: str, width: int, height: int, *, fit: bool) -> bytes:
    page = devtools.call("Target.createTarget", url="about:blank")["targetId"]
    devtools.session = devtools.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
    devtools.call("Page.enable")
    _resize(devtools, width, height)
    opened = devtools.call("Page.navigate", url=url)
    if opened.get("errorText"):
        raise BrowserError(f"{url} does not open: {opened['errorText']}")
    devtools.wait_for("Page.loadEventFired")
    if fit:
        _resize(devtools, width, min(HIGHEST, height + _hidden_height(devtools)))
    return base64.b64decode(devtools.call("Page.captureScreenshot", format="png")["data"])


def _resize(devtools: DevTools, width: int, height: int) -> None:
    size: dict[str, Any] = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    devtools.call("Emulation.setDeviceMetricsOverride", **size)


def _hidden_height(devtools: DevTools) -> int:
    answer = devtools.call("Runtime.evaluate", expression=_HIDDEN_HEIGHT, returnByValue=True)
    return int(answer["result"].get("value", 0))


def _copy(url: str, target: Path) -> Path | None:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - the account's own page
            target.write_bytes(answer.read())
    except (OSError, HTTPException, ValueError):
        return None
    return target
