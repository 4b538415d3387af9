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
from local.demo.progress import Progress
from local.demo.releases import RELEASES, DemoRelease, Result
from local.pictures import take_picture

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from local.scenarios.scenario import Scenario

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build/demo"
WIDTH, HEIGHT = 1200, 900


def run(interrupted: threading.Event) -> int:  # noqa: ARG001 - every command is called so
    """Run every release; 0 only if each ended as it must."""
    console = Console()
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    began = time.monotonic()
    with Account(RUNS / "demo") as account:
        with console.status("Deploying Crosscheck into a local AWS account with sam deploy …"):
            account.deploy()
        console.print(
            f"Deployed in {time.monotonic() - began:.0f} s. Slack shows the releases live: {account.slack_url}"
        )
        demo = _Demo(account, console)
        results = [demo.run(release) for release in RELEASES]
    console.print(_summary(results))
    for result in results:
        console.print(f"Slack after {result.release.name}: {result.picture}", soft_wrap=True)
    return 0 if all(result.as_expected for result in results) else 1


class _Demo:
    """Runs releases in the account, one after another; a scenario is prepared when its first release comes."""

    def __init__(self, account: Account, console: Console) -> None:
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
        Progress(scenario, execution, self._console).show_until_ended()
        card = self._card(release, execution)
        seconds = time.monotonic() - began
        self._control("/reset", {})
        page = f"{self._account.slack_url}/"
        picture = take_picture(page, PICTURES / f"{release.name}.png", WIDTH, HEIGHT, fit=True)
        return Result(release, execution, card, seconds, str(picture))

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
        payload: Mapping[str, Any] = card["metadata"]["event_payload"]
        verdicts = ", ".join(f"{region} [bold]{state}[/]" for region, state in payload["regions"].items())
        self._console.print(f"  Crosscheck: {verdicts}")
        return payload

    def _control(self, path: str, body: Mapping[str, str]) -> None:
        requests.post(f"{self._account.control_url}{path}", json=body, timeout=10).raise_for_status()


def _summary(results: list[Result]) -> Table:
    table = Table(title="\nReleases", title_justify="left")
    for column in ("release", "ok", "pipeline", "regions", "s"):
        table.add_column(column, no_wrap=True)
    for result in results:
        regions = result.card.get("regions", {})
        table.add_row(
            result.release.name,
            "[green]yes[/]" if result.as_expected else "[red]no[/]",
            result.card.get("state", "no card"),
            "\n".join(f"{region} {regions[region]}" for region in sorted(regions)),
            f"{result.seconds:.0f}",
            end_section=True,
        )
    return table
