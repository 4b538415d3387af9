"""Text in Slack's mrkdwn: untrusted text is escaped first and cut afterwards, never inside an entity.

Slack: https://docs.slack.dev/messaging/formatting-message-text (escape ``&``, ``<`` and ``>``).
"""

import re

from crosscheck.console import is_plain_url
from crosscheck.text import ELLIPSIS, one_line

LABEL_LIMIT = 100
ADDRESS_LIMIT = 1_000
_ENTITY = re.compile(r"&(?:amp|lt|gt);|.", re.DOTALL)
# Formatting marks have no escape in mrkdwn: a zero-width space behind each makes it plain text. Between two
# letters, as in Deploy_to_Production, Slack takes them for text by itself.
_MARKS = re.compile(r"(`|(?<!\w)[*_~]|[*_~](?!\w))")
_ZERO_WIDTH_SPACE = "\u200b"


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


def link(url: str, text: str, limit: int = ADDRESS_LIMIT) -> str:
    """A link of untrusted parts: the text, as the label of the address if that is one that may stand on a card, and has
    at most ``limit`` characters.

    A ``|`` in a label would be read as the end of an address.
    """
    label, address = escape(text.replace("|", "¦"), LABEL_LIMIT), url.replace("&", "&amp;")
    if not label or not is_plain_url(url) or len(address) > limit:
        return label
    return f"<{address}|{label}>"
