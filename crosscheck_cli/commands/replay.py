"""``crosscheck replay``: hand on once more what was given up, or the events of a file."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from crosscheck.errors import ConfigurationError
from crosscheck_cli.event_file import compact, read_events
from crosscheck_cli.replay.described import (
    UnusableMessageError,
    card_message_in_words,
    event_in_words,
    event_message_in_words,
)
from crosscheck_cli.replay.queues import DeadLetterQueue, LiveQueue
from crosscheck_cli.replay.redrive import Redrive, ReplayLine
from crosscheck_cli.stack import STACK
from crosscheck_cli.stack.connection import Connection, Profile, Region, Stack, connect
from crosscheck_cli.terminal.printing import console
from crosscheck_cli.terminal.signs import plain, signed

MOST = 1_000
SHOWN = 20
# Dead-letter queue, live queue and the words for a message of each source.
SOURCES = {
    "events": ("EventsDeadLetters", "EventsQueue", event_message_in_words),
    "cards": ("CardDeadLetters", "CardQueue", card_message_in_words),
}


def replay(
    source: Annotated[str, typer.Argument(help="events or cards: what was given up. Or a file of events.")],
    stack: Stack = STACK,
    region: Region = "",
    profile: Profile = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be replayed, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    most: Annotated[int, typer.Option("--most", min=1, help="So many messages at most.")] = MOST,
) -> None:
    """Hand on once more what was given up, or the events of a file. It asks before it acts.

    Killed at any time, it loses nothing: a message is deleted only after the queue has taken it.
    """
    if source not in SOURCES and not Path(source).exists():
        raise ConfigurationError(f"{source} is neither {' nor '.join(SOURCES)} nor a file that is there")
    connection, screen = connect(stack, region, profile), console()
    if source in SOURCES:
        _given_up(connection, screen, source, most, dry_run=dry_run, yes=yes)
    else:
        _file(connection, screen, Path(source), most, dry_run=dry_run, yes=yes)


def _given_up(connection: Connection, screen: Console, source: str, most: int, *, dry_run: bool, yes: bool) -> None:
    dead, live, words = SOURCES[source]
    client, resources = connection.clients.client("sqs"), connection.stack.resources
    queue = DeadLetterQueue(client, resources[dead])
    describe = partial(words, account=connection.stack.account)
    redrive = Redrive(queue, LiveQueue(client, resources[live]), describe)
    first = redrive.look()
    most = min(most, queue.count() + len(first))
    if not first:
        screen.print(f"{dead} is empty: nothing to replay.")
        return
    for line in first:
        screen.print(_line(line))
    screen.print(f"{dead} holds about {most} messages. Replaying puts them into {live}.")
    if dry_run or not (yes or _agreed("Replay them?")):
        queue.give_back(line.message for line in first)
        screen.print("Nothing was replayed.")
        return
    done = list(redrive.run(first, most))
    for line in done[len(first) :]:
        screen.print(_line(line))
    stayed = sum(bool(line.unusable) for line in done)
    told = f"; {stayed} stayed, as they would be given up again at once" if stayed else ""
    screen.print(f"{len(done) - stayed} replayed{told}.")


def _file(connection: Connection, screen: Console, path: Path, most: int, *, dry_run: bool, yes: bool) -> None:
    events = read_events(path)[:most]
    told = [_checked(path, number, event, connection.stack.account) for number, event in enumerate(events, 1)]
    _summarize(screen, told)
    queue = LiveQueue(connection.clients.client("sqs"), connection.stack.resources["EventsQueue"])
    if dry_run or not events or not (yes or _agreed(f"Send {len(events)} events to EventsQueue?")):
        screen.print("Nothing was replayed.")
        return
    for number, event in enumerate(events):
        queue.send(compact(event), str(number))
    screen.print(f"{len(events)} replayed.")


def _agreed(question: str) -> bool:
    """What the person answers; an interruption is a no."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        return False


def _checked(path: Path, number: int, event: object, account: str) -> str:
    """The event in words. One that is unusable stops everything: a file is mended before anything is sent."""
    try:
        return event_in_words(event, account)
    except UnusableMessageError as error:
        raise ConfigurationError(f"event {number} of {path} cannot be replayed: {error}; nothing was sent") from error


def _summarize(screen: Console, told: Sequence[str]) -> None:
    for words in told[:SHOWN]:
        screen.print(plain(words))
    if len(told) > SHOWN:
        screen.print(f"and {len(told) - SHOWN} more")


def _line(line: ReplayLine) -> Text:
    if line.unusable:
        return signed(":warning:", f"stays: {line.unusable}{f' ({line.words})' if line.words else ''}")
    return plain(line.words)
