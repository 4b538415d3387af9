"""``crosscheck doctor``: what is wrong with the stack, and how to mend it."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from crosscheck_cli.doctor.defect import exit_code
from crosscheck_cli.doctor.examination import examine
from crosscheck_cli.doctor.view import found
from crosscheck_cli.stack import STACK
from crosscheck_cli.stack.connection import Profile, Region, Stack, connect
from crosscheck_cli.terminal.printing import console


def doctor(
    stack: Stack = STACK,
    region: Region = "",
    profile: Profile = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Look for what is wrong with the stack, in every region, and say how to mend it. Nothing is changed.

    Exit code 0: nothing is wrong. 1: something should not stay so, or could not be looked at. 2: something is broken.
    """
    areas = examine(connect(stack, region, profile))
    if as_json:
        typer.echo(json.dumps([asdict(area) for area in areas], indent=2))
    else:
        console().print(found(areas), soft_wrap=True)
    raise typer.Exit(exit_code([defect for area in areas for defect in area.defects]))
