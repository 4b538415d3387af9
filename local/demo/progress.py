"""Live progress of an execution in the terminal: a line per action, as CodePipeline's own API tells it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from local.scenarios.scenario import RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from local.scenarios.scenario import Scenario

POLL_SECONDS = 0.3
LIMIT_SECONDS = 120
_SIGNS = {"Succeeded": "[green]✔ succeeded[/]", "Failed": "[red]✘ failed[/]", "InProgress": "[yellow]… in progress[/]"}


class Progress:
    """Shows one execution until it ends."""

    def __init__(self, scenario: Scenario, execution: str, console: Console) -> None:
        self._scenario = scenario
        self._execution = execution
        self._console = console

    def show_until_ended(self) -> None:
        """Return when the execution ended, or after two minutes."""
        self._show(lambda _: False)

    def show_until_asked(self) -> None:
        """Return when the execution waits for an approval, when it ended, or after two minutes."""
        self._show(lambda actions: any(map(_asks, actions)))

    def _show(self, enough: Callable[[list[dict[str, Any]]], bool]) -> None:
        deadline = time.monotonic() + LIMIT_SECONDS
        with Live(console=self._console, refresh_per_second=8) as live:
            while True:
                status, actions = self._scenario.status(self._execution), self._scenario.actions(self._execution)
                live.update(_progress(actions))
                if status not in RUNNING or enough(actions) or time.monotonic() > deadline:
                    break
                time.sleep(POLL_SECONDS)
        if not self._console.is_terminal:
            self._console.print()  # there Live leaves its last line open


def _asks(action: dict[str, Any]) -> bool:
    kind = action.get("input", {}).get("actionTypeId", {})
    return kind.get("category") == "Approval" and action["status"] == "InProgress"


def _progress(actions: list[dict[str, Any]]) -> Group:
    """A line per action, and below them why those that failed did."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    for _ in range(3):
        table.add_column(no_wrap=True)
    for action in actions:
        region = action.get("input", {}).get("region", "")
        table.add_row(action["actionName"], region, _SIGNS.get(action["status"], action["status"]))
    reasons = [f"  [red]{escape(_reason(action))}[/]" for action in actions if action["status"] == "Failed"]
    return Group(table, *reasons)


def _reason(action: dict[str, Any]) -> str:
    result = action.get("output", {}).get("executionResult", {})
    return f"{action['actionName']}: {result.get('externalExecutionSummary', 'no reason given')}"
