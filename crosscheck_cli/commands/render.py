"""``crosscheck render``: the card that events would make."""

from pathlib import Path
from typing import Annotated

import typer

from crosscheck.errors import ConfigurationError, UnreadableEventError
from crosscheck_cli.event_file import read_events
from crosscheck_cli.preview.remembered import cards_of
from crosscheck_cli.preview.view import as_json, builder_link, previewed
from crosscheck_cli.terminal.printing import console
from crosscheck_cli.terminal.signs import plain


def render(
    file: Annotated[Path, typer.Argument(help="Events: a JSON object, a list, or one in each line.")],
    blocks: Annotated[bool, typer.Option("--json", help="Print the blocks as JSON.")] = False,
    link: Annotated[bool, typer.Option("--link", help="Print a link to Slack's Block Kit Builder.")] = False,
) -> None:
    """Show the card that the events of a file would make. It asks neither AWS nor Slack, and needs no secret."""
    try:
        cards = cards_of(read_events(file))
    except UnreadableEventError as error:
        raise ConfigurationError(f"an event of {file} cannot be read: {error}") from error
    if not cards:
        raise ConfigurationError(f"{file} holds no event that makes a card")
    screen = console()
    for card in cards.values():
        if blocks:
            typer.echo(as_json(card))
        elif link:
            screen.print(plain(builder_link(card)), soft_wrap=True)
        else:
            screen.print(previewed(card))
