"""The demonstration from the start of the account to the summary."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import requests
from rich.console import Console
from rich.table import Table

from local.account import RUNS, Account
from local.cards import CardTimeoutError, wait_for_card
from local.demo.progress import Progress
from local.demo.releases import RELEASES, DemoRelease, Result
from local.pictures import take_picture
from local.scenarios.canary_service import CanaryService

if TYPE_CHECKING:
    import threading

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
            scenario = CanaryService(account)
            scenario.prepare()
        console.print(
            f"Deployed in {time.monotonic() - began:.0f} s. Slack shows the releases live: {account.slack_url}"
        )
        results = [_release(account, scenario, release, console) for release in RELEASES]
    console.print(_summary(results))
    for result in results:
        console.print(f"Slack after {result.release.name}: {result.picture}", soft_wrap=True)
    return 0 if all(result.as_expected for result in results) else 1


def _release(account: Account, scenario: CanaryService, release: DemoRelease, console: Console) -> Result:
    console.print(f"\n[bold]{release.title}[/]")
    for region, outcome in release.outcomes.items():
        _choose(account, region, outcome)
    began = time.monotonic()
    execution = release.start(scenario)
    Progress(scenario, execution, console).show_until_ended()
    try:
        card = wait_for_card(account.slack_url, execution, release.expects)["metadata"]["event_payload"]
    except CardTimeoutError as error:
        console.print(f"[red]{error}[/]")
        card = {}
    seconds = time.monotonic() - began
    picture = take_picture(f"{account.slack_url}/", PICTURES / f"{release.name}.png", WIDTH, HEIGHT, fit=True)
    return Result(release, execution, card, seconds, str(picture))


def _choose(account: Account, region: str, outcome: str) -> None:
    body = {"region": region, "provider": "ECS", "outcome": outcome}
    requests.post(f"{account.control_url}/deployments", json=body, timeout=10).raise_for_status()


def _summary(results: list[Result]) -> Table:
    table = Table(title="\nReleases", title_justify="left")
    for column in ("release", "as expected", "pipeline", "regions", "s"):
        table.add_column(column, no_wrap=column != "as expected")
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
