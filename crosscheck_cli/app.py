"""The command line: every command, and how an error becomes a sentence and an exit code."""

from collections.abc import Sequence

import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, ProfileNotFound

from crosscheck.aws_errors import AWS_ERRORS, code, denied, message
from crosscheck.errors import CrosscheckError
from crosscheck_cli.commands.doctor import doctor
from crosscheck_cli.commands.explain import explain
from crosscheck_cli.commands.init import init
from crosscheck_cli.commands.render import render
from crosscheck_cli.commands.replay import replay
from crosscheck_cli.commands.status import status
from crosscheck_cli.terminal.printing import error_console

# As for a wrong option: nothing was found out.
FAILED = 2

app = typer.Typer(
    name="crosscheck",
    help="Ask a deployed Crosscheck stack what it knows, and mend what it needs. Uses your own AWS credentials.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (explain, status, doctor, replay, render, init):
    app.command()(command)


def main(arguments: Sequence[str]) -> int:
    """Run a command; the exit code. What went wrong in a way that we know is one sentence on stderr.

    Raises:
        SystemExit: typer ended the program: it was shown its help, an option was wrong, a command gave its exit code.
    """
    try:
        app(list(arguments), prog_name="crosscheck")
    except CrosscheckError as error:
        return _failed(str(error))
    except AWS_ERRORS as error:
        return _failed(_in_words(error))
    return 0


def _failed(problem: str) -> int:
    error_console().print(f"crosscheck: {problem}", markup=False, highlight=False, soft_wrap=True)
    return FAILED


def _in_words(error: ClientError | BotoCoreError) -> str:
    """What AWS refused or nobody answered, and what to do. The call is the operator's own: AWS's text may be shown."""
    match error:
        case NoCredentialsError():
            return "there are no AWS credentials: log in, or name a profile with --profile"
        case NoRegionError():
            return "no region is named: give the stack's own with --region, or set AWS_REGION"
        case ProfileNotFound():
            return f"{error}: name another one with --profile"
        case ClientError() if denied(error):
            return f"AWS refused: {message(error)}; docs/operations.md lists the rights that each command needs"
        case ClientError():
            return f"AWS refused {error.operation_name} with {code(error)}: {message(error)}"
        case _:
            return f"AWS did not answer: {error}"
