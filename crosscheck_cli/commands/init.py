"""``crosscheck init``: ask what a stack needs to know, and write the files with which it is deployed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crosscheck.regions import is_region
from crosscheck_cli.setup.files import samconfig, slack_manifest
from crosscheck_cli.setup.template_parameters import TemplateParameter, read_parameters
from crosscheck_cli.stack import STACK
from crosscheck_cli.terminal.printing import console
from crosscheck_cli.terminal.signs import plain

# What is asked; every other parameter has a default that suits most. Those of Slack are asked where cards are on.
ALWAYS = ("Regions", "ReplicateRepositories", "RollbackMode", "AlarmTopicArn", "SlackChannel")
WITH_SLACK = ("SlackSecret", "Approvers", "NotifyOnFailure")
SECRET = "crosscheck/slack"  # noqa: S105 - its name
SAMCONFIG, MANIFEST = "samconfig.toml", "slack-manifest.yaml"


def init(
    folder: Annotated[Path, typer.Option("--folder", help="The checkout from which the stack is deployed.")] = Path(),
) -> None:
    """Ask the few questions, and write samconfig.toml and the Slack app's manifest. Nothing is deployed.

    A file that is there is only overwritten if you say so.
    """
    parameters, screen = read_parameters(folder), console()
    stack = typer.prompt("Name of the stack", default=STACK)
    region = _region(screen)
    given = {name: _asked(screen, parameters[name]) for name in ALWAYS}
    if given["SlackChannel"]:
        given |= {name: _asked(screen, parameters[name]) for name in WITH_SLACK}
    wanted = {name: value for name, value in given.items() if value != parameters[name].default}
    _write(screen, folder / SAMCONFIG, samconfig(stack, region, wanted))
    if given["SlackChannel"]:
        _manifest(screen, folder, given)
    _next_steps(screen, given)


def _asked(screen: Console, parameter: TemplateParameter) -> str:
    """A value that CloudFormation will take."""
    screen.print(plain(f"\n{parameter.description}", "dim"))
    default = SECRET if parameter.name == "SlackSecret" else parameter.default
    while True:
        value = str(typer.prompt(parameter.name, default=default, show_default=bool(default))).strip()
        problem = parameter.problem(value) or (_no_regions(value) if parameter.name == "Regions" else "")
        if not problem:
            return value
        screen.print(plain(problem, "bold"))


def _region(screen: Console) -> str:
    while True:
        region = str(typer.prompt("Region of the stack, which hosts your pipelines")).strip()
        problem = _no_regions(region)
        if not problem:
            return region
        screen.print(plain(problem, "bold"))


def _no_regions(listed: str) -> str:
    """Which of the values, separated by commas, is no region; empty where all are."""
    wrong = next((each.strip() for each in listed.split(",") if each.strip() and not is_region(each.strip())), "")
    return f"{wrong} is no region, such as eu-west-1" if wrong else ""


def _manifest(screen: Console, folder: Path, given: Mapping[str, str]) -> None:
    url = ""
    if given["Approvers"]:
        url = typer.prompt("\nThe stack's output InteractionsUrl (empty before the first deployment)", default="")
    template = (folder / "slack/manifest.yaml").read_text()
    _write(screen, folder / MANIFEST, slack_manifest(template, given["Approvers"], url.strip()))


def _write(screen: Console, path: Path, text: str) -> None:
    """Write the file, unless it is there with other contents and the person keeps it."""
    if path.exists() and path.read_text() == text:
        screen.print(f"{path.name} stays as it is.")
    elif path.exists() and not typer.confirm(f"\n{path.name} is there already, with other contents. Overwrite it?"):
        screen.print(f"{path.name} was kept.")
    else:
        path.write_text(text)
        screen.print(f"{path.name} was written.")


def _next_steps(screen: Console, given: Mapping[str, str]) -> None:
    steps = ["make build && .tools/sam/bin/sam deploy", "crosscheck doctor"]
    if given["SlackChannel"]:
        app = f"make the Slack app from {MANIFEST} (https://api.slack.com/apps), install it, invite it to the channel"
        secret = f"store its tokens in the secret {given['SlackSecret']}, as the README says"
        steps = [app, secret, *steps]
    if given.get("Approvers"):
        steps.append(f"run crosscheck init again with the output InteractionsUrl, and give the app the new {MANIFEST}")
    for number, step in enumerate(steps, 1):
        screen.print(plain(f"{number}. {step}"))
