"""The options with which every command finds its stack, and what it gets by them."""

from dataclasses import dataclass
from typing import Annotated

import boto3
import typer
from botocore.exceptions import NoRegionError

from crosscheck.clients import Clients
from crosscheck_cli.stack.deployed_stack import DeployedStack, read_stack

# Not `type …`: typer does not look through that.
Stack = Annotated[str, typer.Option("--stack", help="Name of the Crosscheck stack.")]
Region = Annotated[str, typer.Option("--region", help="The stack's own region; default: that of your profile.")]
Profile = Annotated[str, typer.Option("--profile", help="Profile of your AWS configuration.")]


@dataclass(frozen=True)
class Connection:
    """A stack, and the operator's clients in its account."""

    clients: Clients
    stack: DeployedStack


def connect(stack: str, region: str, profile: str) -> Connection:
    """Find the stack.

    Raises:
        ConfigurationError: there is none of that name.
        BotoCoreError, ClientError: no credentials, no region, no answer.
    """
    session = boto3.Session(profile_name=profile or None, region_name=region or None)
    if not session.region_name:
        raise NoRegionError
    clients = Clients(session)
    return Connection(clients, read_stack(clients, stack))
