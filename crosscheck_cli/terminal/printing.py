"""Where the commands print. Rich obeys NO_COLOR, and leaves colours out where no terminal reads."""

from rich.console import Console


def console() -> Console:
    """What the command found."""
    return Console(highlight=False)


def error_console() -> Console:
    """What went wrong."""
    return Console(stderr=True, highlight=False)
