"""``make local``: the account with the stack deployed, until it is interrupted."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from rich.console import Console

from local.account import RUNS, Account

if TYPE_CHECKING:
    import threading

DESCRIPTION = RUNS / "account.json"


def run(interrupted: threading.Event) -> int:
    """Start, deploy, describe, wait."""
    console = Console()
    DESCRIPTION.unlink(missing_ok=True)
    try:
        with Account(RUNS / "up") as account:
            console.print("Deploying Crosscheck with [bold]sam deploy[/] …")
            account.deploy()
            _describe(account)
            console.print(f"Ready. [bold]{DESCRIPTION}[/] tells how to reach everything.")
            console.print(f"Slack: {account.slack_url}; the board: {account.board_url}")
            console.print("Ctrl-C ends it.")
            while not interrupted.is_set():
                time.sleep(1)
    finally:
        DESCRIPTION.unlink(missing_ok=True)
    return 0


def _describe(account: Account) -> None:
    """Write the description at once: whoever waits for the file must never read half of it."""
    draft = DESCRIPTION.with_suffix(".draft")
    draft.write_text(json.dumps(account.describe(), indent=2))
    draft.replace(DESCRIPTION)
