"""Text in Slack's mrkdwn: untrusted text is escaped first and cut afterwards, never inside an entity.

Slack: https://docs.slack.dev/messaging/formatting-message-text (escape ``&``, ``<`` and ``>``).
"""

import re
import unicodedata

ELLIPSIS = "…"
_ENTITY = re.compile(r"&(?:amp|lt|gt);|.", re.DOTALL)
# Formatting marks have no escape in mrkdwn: a zero-width space behind each makes it plain text. Between two
# letters, as in Deploy_to_Production, Slack takes them for text by itself.
_MARKS = re.compile(r"(`|(?<!\w)[*_~]|[*_~](?!\w))")
_ZERO_WIDTH_SPACE = "\u200b"
_KEPT_CONTROLS = " "


def one_line(text: str) -> str:
    """The text on one line, without control, direction and invisible characters."""
    spaced = re.sub(r"\s+", " ", text)
    kept = (character for character in spaced if character in _KEPT_CONTROLS or _visible(character))
    return "".join(kept).strip()


def _visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in {"C", "Z"} or character == " "


def escape(text: str, limit: int) -> str:
    """Untrusted text for a mrkdwn field: at most ``limit`` characters, every mention and link disarmed."""
    entities = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return cut(_MARKS.sub(rf"\1{_ZERO_WIDTH_SPACE}", entities), limit)


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters of escaped text, ended with an ellipsis where something was cut."""
    if len(text) <= limit:
        return text
    kept, length = [], 0
    for entity in _ENTITY.findall(text):
        length += len(entity)
        if length > limit - len(ELLIPSIS):
            break
        kept.append(entity)
    return "".join(kept) + ELLIPSIS


def plain(text: str, limit: int) -> str:
    """Untrusted text for a plain_text field, where nothing is interpreted."""
    line = one_line(text)
    return line if len(line) <= limit else line[: limit - len(ELLIPSIS)] + ELLIPSIS


def link(url: str, text: str) -> str:
    """A link; the text must be escaped already. ``|`` and ``>`` would end the URL."""
    return f"<{url.replace('&', '&amp;').replace('|', '%7C').replace('>', '%3E')}|{text}>"
