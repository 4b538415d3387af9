"""A page in a running browser: opened, asked, clicked and photographed."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from local.pictures.devtools import BrowserError

if TYPE_CHECKING:
    from local.pictures.devtools import DevTools

HIGHEST = 8_000
# How far the page, or what scrolls inside it, is longer than what is seen of it.
_HIDDEN_HEIGHT = """Math.max(0, ...[...document.querySelectorAll("*")]
  .filter((e) => e === document.scrollingElement || /auto|scroll/.test(getComputedStyle(e).overflowY))
  .map((e) => e.scrollHeight - e.clientHeight))"""
# Resolves as soon as the condition holds; the browser's own time is the limit.
_UNTIL = """new Promise((done) => {{
  const look = () => ({}) ? done(true) : setTimeout(look, 50);
  look();
}})"""
_CENTRE = """(() => {{
  const found = [...document.querySelectorAll({selector})].filter((e) => e.textContent.includes({text}));
  if (found.length !== 1) return {{ found: found.length }};
  found[0].scrollIntoView({{ block: "center" }});
  const box = found[0].getBoundingClientRect();
  return {{ found: 1, x: box.x + box.width / 2, y: box.y + box.height / 2 }};
}})()"""

_BOX = "document.querySelector({0})?.getBoundingClientRect().toJSON() ?? null"


class Tab:
    """A tab of a browser, in CSS pixels; ``dark`` for the pages of a person who likes them so."""

    def __init__(self, devtools: DevTools, width: int, height: int, *, dark: bool = False) -> None:
        self._devtools = devtools
        self._width, self._height = width, height
        page = devtools.call("Target.createTarget", url="about:blank")["targetId"]
        devtools.session = devtools.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        devtools.call("Page.enable")
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        devtools.call("Emulation.setEmulatedMedia", features=features)
        self._resize(height)

    def open(self, url: str) -> None:
        """Open a page and wait until it is loaded.

        Raises:
            BrowserError: it does not open.
        """
        opened = self._devtools.call("Page.navigate", url=url)
        if opened.get("errorText"):
            raise BrowserError(f"{url} does not open: {opened['errorText']}")
        self._devtools.wait_for("Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page; a promise's, once it is there.

        Raises:
            BrowserError: it throws.
        """
        answer = self._devtools.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{expression}: {answer['result'].get('description', 'threw')}")
        return answer["result"].get("value")

    def wait_until(self, condition: str) -> None:
        """Return as soon as the condition, an expression in the page, holds.

        Raises:
            BrowserError: it never did within the browser's time.
        """
        self.evaluate(_UNTIL.format(condition))

    def click(self, selector: str, text: str = "") -> None:
        """Click with the mouse on the one element that the selector finds and that holds the text.

        Raises:
            BrowserError: there is none, or there are several.
        """
        found = self.evaluate(_CENTRE.format(selector=_literal(selector), text=_literal(text)))
        if found["found"] != 1:
            raise BrowserError(f"{found['found']} elements are {selector} with the text {text!r}")
        at: dict[str, Any] = {"x": found["x"], "y": found["y"], "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self._devtools.call("Input.dispatchMouseEvent", type=kind, **at)

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self._devtools.call("Input.insertText", text=text)

    def picture(self, *, fit: bool = False, of: str = "") -> bytes:
        """A PNG of what is seen; with ``fit`` as high as the page's content needs, with ``of`` only of the element that
        this selector finds.

        Raises:
            BrowserError: there is no such element.
        """
        if fit:
            self._resize(min(HIGHEST, self._height + int(self.evaluate(_HIDDEN_HEIGHT))))
        clip = {"clip": self._box(of)} if of else {}
        return base64.b64decode(self._devtools.call("Page.captureScreenshot", format="png", **clip)["data"])

    def _box(self, selector: str) -> dict[str, Any]:
        box = self.evaluate(_BOX.format(_literal(selector)))
        if box is None:
            raise BrowserError(f"the page has no {selector}")
        return {**box, "scale": 1}

    def _resize(self, height: int) -> None:
        size: dict[str, Any] = {"width": self._width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._devtools.call("Emulation.setDeviceMetricsOverride", **size)


def _literal(text: str) -> str:
    """The text as JavaScript writes it."""
    return json.dumps(text)
