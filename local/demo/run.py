"""The demonstration from the start of the account to the summary."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from rich.console import Console
from rich.table import Table

from local.account import RUNS, Account
from local.cards import CardTimeoutError, wait_for_card
from local.demo.album import Album
from local.demo.person import approve
from local.demo.progress import Progress
from local.demo.releases import RELEASES, DemoRelease, Result

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from local.scenarios.scenario import Scenario

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build/demo"
# The release that the pictures of a thread and of a timeline show.
SHOWN = "a-unhealthy-secondary"


def run(interrupted: threading.Event) -> int:  # noqa: ARG001 - every command is called so
    """Run every release; 0 only if each ended as it must."""
    console = Console()
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    began = time.monotonic()
    with Account(RUNS / "demo") as account:
        with console.status("Deploying Crosscheck into a local AWS account with sam deploy …"):
            account.deploy()
        console.print(f"Deployed in {time.monotonic() - began:.0f} s.")
        console.print(f"Slack shows the releases live: {account.slack_url}; the board: {account.board_url}")
        demo = _Demo(account, console)
        results = [demo.run(release) for release in RELEASES]
        demo.show(results)
    console.print(_summary(results))
    for title, picture in demo.album.pictures.items():
        console.print(f"{title}: {picture}", soft_wrap=True)
    return 0 if all(result.as_expected for result in results) else 1


class _Demo:
    """Runs releases in the account, one after another; a scenario is prepared when its first release comes."""

    def __init__(self, account: Account, console: Console) -> None:
        self.album = Album(PICTURES, account.slack_url, account.board_url)
        self._account = account
        self._console = console
        self._scenarios: dict[type[Scenario], Scenario] = {}

    def run(self, release: DemoRelease) -> Result:
        """Run a release to its end, which is the last verdict on its card."""
        self._console.print(f"\n[bold]{release.title}[/]")
        scenario = self._scenario(release.scenario)
        for region, outcome in release.outcomes.items():
            self._control("/deployments", {"region": region, "provider": release.provider, "outcome": outcome})
        began = time.monotonic()
        execution = release.start(scenario)
        progress = Progress(scenario, execution, self._console)
        if release.asked_before:
            progress.show_until_asked()
            picture = PICTURES / f"{release.name}-waiting.png"
            self._console.print(f"  {approve(self._account.slack_url, execution, picture)}")
        progress.show_until_ended()
        card = self._card(release, execution)
        seconds = time.monotonic() - began
        self._control("/reset", {})
        if card:
            self.album.card(release.name, card["ts"])
        return Result(release, execution, card, seconds)

    def show(self, results: list[Result]) -> None:
        """Take the pictures that show more than one card."""
        self.album.board()
        for result in results:
            if result.release.name == SHOWN and result.card:
                self.album.thread(SHOWN, result.card["ts"])
                self.album.channel(result.card["ts"])
                self.album.timeline(SHOWN, result.execution)

    def _scenario(self, kind: type[Scenario]) -> Scenario:
        if kind not in self._scenarios:
            with self._console.status("Preparing what the pipeline deploys to …"):
                self._scenarios[kind] = kind(self._account)
                self._scenarios[kind].prepare()
        return self._scenarios[kind]

    def _card(self, release: DemoRelease, execution: str) -> Mapping[str, Any]:
        try:
            with self._console.status("Waiting for the verdict on every region …"):
                card = wait_for_card(self._account.slack_url, execution, release.expects)
        except CardTimeoutError as error:
            self._console.print(f"[red]{error}[/]")
            return {}
        regions: Mapping[str, str] = card["metadata"]["event_payload"]["regions"]
        verdicts = ", ".join(f"{region} [bold]{state}[/]" for region, state in regions.items())
        self._console.print(f"  Crosscheck: {verdicts}")
        return card

    def _control(self, path: str, body: Mapping[str, str]) -> None:
        requests.post(f"{self._account.control_url}{path}", json=body, timeout=10).raise_for_status()


def _summary(results: list[Result]) -> Table:
    table = Table(title="\nReleases", title_justify="left")
    for column in ("release", "ok", "pipeline", "regions", "s"):
        table.add_column(column, no_wrap=True)
    for result in results:
        regions = result.payload.get("regions", {})
        table.add_row(
            result.release.name,
            "[green]yes[/]" if result.as_expected else "[red]no[/]",
            result.payload.get("state", "no card"),
            "\n".join(f"{region} {regions[region]}" for region in sorted(regions)),
            f"{result.seconds:.0f}",
            end_section=True,
        )
    return table
