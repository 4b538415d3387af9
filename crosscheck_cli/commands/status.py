"""``crosscheck status``: the newest releases, region by region."""

import time
from contextlib import suppress
from itertools import islice
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.live import Live

from crosscheck.releases.fold import fold
from crosscheck_cli.overview.view import releases_by_region
from crosscheck_cli.stack import STACK
from crosscheck_cli.stack.connection import Profile, Region, Stack, connect
from crosscheck_cli.stack.release_finder import ReleaseFinder
from crosscheck_cli.terminal.printing import console

DAYS, MOST, EVERY = 2, 15, 3


def status(
    stack: Stack = STACK,
    region: Region = "",
    profile: Profile = "",
    days: Annotated[int, typer.Option("--days", min=1, help="Releases that began in so many days.")] = DAYS,
    most: Annotated[int, typer.Option("--most", min=1, help="So many releases at most, the newest.")] = MOST,
    pipeline: Annotated[str, typer.Option("--pipeline", help="Releases of this pipeline only.")] = "",
    watch: Annotated[bool, typer.Option("--watch", help="Go on showing them, until Ctrl-C.")] = False,
) -> None:
    """Show the newest releases, region by region, and what happens next in each."""
    connection = connect(stack, region, profile)
    of_stack, clients = connection.stack, connection.clients
    finder = ReleaseFinder(of_stack.ledger(clients), of_stack.index(clients), time.time)

    def look() -> RenderableType:
        wanted = (each for each in finder.newest(days) if pipeline in {"", each.pipeline})
        releases = [fold(subject, finder.known(subject)) for subject in islice(wanted, most)]
        return releases_by_region(releases, time.time())

    if not watch:
        console().print(look())
        return
    with suppress(KeyboardInterrupt), Live(look(), console=console(), auto_refresh=False) as live:
        while True:
            time.sleep(EVERY)
            live.update(look(), refresh=True)
