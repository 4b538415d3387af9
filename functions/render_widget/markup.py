"""HTML and SVG as elements. ElementTree writes them, so that every text and every attribute is escaped."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, tostring

type Attributes = Mapping[str, str | float]


def element(tag: str, attributes: Attributes | None = None, *content: Element | str | None) -> Element:
    """An element with this content, in this order, without what is None; numbers become text."""
    made = Element(tag, {name: _text(value) for name, value in (attributes or {}).items()})
    for part in content:
        if isinstance(part, Element):
            made.append(part)
        elif part is None:
            continue
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + part
        else:
            made.text = (made.text or "") + part
    return made


def link(url: str, text: str) -> Element | None:
    """A link that opens in a window of its own, with space before it; None where there is no address."""
    if not url:
        return None
    target = {"href": url, "target": "_blank", "rel": "noopener"}
    return element("span", None, "\u2003", element("a", target, text))


def to_html(made: Element) -> str:
    """The element as HTML writes it: no element closes itself but those that are always empty."""
    return tostring(made, encoding="unicode", method="html")


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
