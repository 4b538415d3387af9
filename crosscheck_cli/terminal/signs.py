"""The signs of cards as single characters. None stands without its word, and each has a shape of its own, so nobody
needs the colour."""

import re

from rich.text import Text

from crosscheck.text import one_line

# Sign and colour of each shortcode that stands for a state on a card.
_CHARACTERS = {
    ":white_check_mark:": ("✓", "green"),
    ":x:": ("✗", "bold red"),
    ":hourglass_flowing_sand:": ("…", "cyan"),
    ":rocket:": ("↑", "cyan"),
    ":mag:": ("⌕", "cyan"),
    ":grey_question:": ("?", "yellow"),
    ":rewind:": ("↩", "yellow"),
    ":fast_forward:": ("»", "dim"),
    ":no_entry:": ("■", "yellow"),
    ":white_circle:": ("·", "dim"),
    ":raised_hand:": ("!", "bold yellow"),
    ":warning:": ("!", "bold yellow"),
    ":rotating_light:": ("‼", "bold red"),
}
_SHORTCODE = re.compile(r":[a-z_]+:")


def signed(sign: str, words: str) -> Text:
    """The words behind the sign of this shortcode, in its colour. The words may be anybody's: they cannot steer the
    terminal.

    Raises:
        KeyError: the shortcode stands for no state.
    """
    character, style = _CHARACTERS[sign]
    return Text(f"{character} {one_line(words)}", style=style)


def shortcodes_replaced(text: str) -> str:
    """The text with characters in place of the shortcodes that stand for a state."""
    return _SHORTCODE.sub(lambda found: _CHARACTERS.get(found[0], (found[0], ""))[0], text)


def plain(words: str, style: str = "") -> Text:
    """Words that may be anybody's, on one line."""
    return Text(one_line(words), style=style)
