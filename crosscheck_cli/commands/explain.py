"""``crosscheck explain``: the ledger's story of one release."""

import json
import time
from typing import Annotated

import typer

from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.releases.deployments import images_of
from crosscheck.releases.fold import fold
from crosscheck_cli.stack import STACK
from crosscheck_cli.stack.connection import Profile, Region, Stack, connect
from crosscheck_cli.stack.release_finder import ReleaseFinder
from crosscheck_cli.story.story import Story, story_of
from crosscheck_cli.story.view import pages, shown
from crosscheck_cli.terminal.printing import console

DAYS = 30


def explain(
    execution: Annotated[str, typer.Argument(help="Id of the pipeline execution, or its beginning.")],
    stack: Stack = STACK,
    region: Region = "",
    profile: Profile = "",
    days: Annotated[int, typer.Option("--days", min=1, help="How far back to look for the execution.")] = DAYS,
    everything: Annotated[bool, typer.Option("--all", help="Show every line, also what tells little.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the story as JSON.")] = False,
) -> None:
    """Tell the story of one release: which event, which look, which decision, why, and when."""
    connection = connect(stack, region, profile)
    of_stack, clients = connection.stack, connection.clients
    finder = ReleaseFinder(of_stack.ledger(clients), of_stack.index(clients), time.time)
    story = _read(finder, finder.find(execution, days))
    if as_json:
        typer.echo(json.dumps(story.as_json(), indent=2))
    else:
        console().print(shown(story, everything=everything))
        for page in pages(story.release):
            console().print(page, soft_wrap=True)


def _read(finder: ReleaseFinder, subject: Subject) -> Story:
    known = finder.known(subject)
    images: dict[ImageSubject, KnownFacts] = {
        image: finder.known(image) for image in dict.fromkeys((*known.deploys, *images_of(known)))
    }
    return story_of(fold(subject, known), known, images)
