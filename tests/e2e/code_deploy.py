"""CodeDeploy's groups and the pages behind them, as a client of the account sees them; and the release's card."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from local.cards import wait_for_card
from tests.e2e.outside import wait_until, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local.cards import Card
    from local.scenarios.scenario import Scenario
    from tests.e2e.outside import Outside

SECONDS = 240.0


@dataclass(frozen=True)
class Group:
    """A deployment group, in one region of a release."""

    outside: Outside
    region: str
    provider: str
    application: str
    name: str

    @property
    def client(self) -> Any:
        """CodeDeploy in the region."""
        return self.outside.client("codedeploy", self.region)

    @property
    def ids(self) -> list[str]:
        """Its deployments, the newest first."""
        named = {"applicationName": self.application, "deploymentGroupName": self.name}
        return list(self.client.list_deployments(**named)["deployments"])

    @property
    def newest(self) -> dict[str, Any]:
        """Its newest deployment."""
        return dict(self.client.get_deployment(deploymentId=self.ids[0])["deploymentInfo"])

    def ends(self, outcome: str) -> None:
        """Choose how later deployments end."""
        body = {"region": self.region, "provider": self.provider, "outcome": outcome}
        self.outside.post("/deployments", body).raise_for_status()

    def page(self) -> tuple[int, str]:
        """What is served: status and revision."""
        answer = requests.get(f"{self.outside.description['web']}/{self.region}/{self.application}", timeout=60)
        return answer.status_code, answer.json()["revision"]

    def deploy(self, revision: Mapping[str, Any]) -> str:
        """A deployment made by hand, once the group is idle; its id."""
        return str(
            self.client.create_deployment(
                applicationName=self.application, deploymentGroupName=self.name, revision=revision
            )["deploymentId"]
        )

    def wait(self, status: str, than: str = "") -> None:
        """Wait until the newest deployment, another one ``than`` this, is so."""

        def look() -> bool:
            newest = self.newest
            return bool(newest["deploymentId"] != than and newest["status"] == status)

        wait_until(look, f"a deployment in {self.region} that is {status}", SECONDS)

    def newer_than(self, known: str) -> str:
        """The id of the newest deployment, once it is not the one that is known."""
        wait_until(lambda: self.ids[0] != known, f"a newer deployment in {self.region} than {known}", SECONDS)
        return self.ids[0]


def made_by(scenario: Scenario, execution: str, region: str) -> str:
    """The id of the deployment that the execution makes in a region, once it is there."""

    def look() -> str:
        own = [run for run in scenario.actions(execution) if run["input"]["region"] == region]
        ids = [run["output"].get("executionResult", {}).get("externalExecutionId", "") for run in own if _deploys(run)]
        return str(ids[0]) if ids else ""

    return wait_until(look, f"the deployment of {execution} in {region}", SECONDS)


def settled(outside: Outside, execution: str, state: str, regions: Mapping[str, str]) -> str:
    """Everything on the release's card, once it says this."""

    def good(payload: Card) -> bool:
        return bool(payload["state"] == state and payload["regions"] == regions)

    return words(wait_for_card(outside.description["slack"], execution, good, SECONDS))


def said(outside: Outside, execution: str, good: Callable[[str], bool]) -> str:
    """Everything on the release's card, once it is good."""

    def look() -> str:
        found = outside.cards(execution)
        return words(found[0]) if found and good(words(found[0])) else ""

    return wait_until(look, f"what is waited for on the card of {execution}", SECONDS)


def line(text: str, region: str) -> str:
    """What a card says of a region, without its sign, with what follows on the next line."""
    lines = text.splitlines()
    at = next(number for number, each in enumerate(lines) if f" *{region}* " in each)
    follows = lines[at + 1].strip() if len(lines) > at + 1 and "↳" in lines[at + 1] else ""
    return f"{lines[at].partition(' ')[2]} {follows}".strip()


@contextmanager
def without_rollback(*scenarios: Scenario) -> Iterator[None]:
    """Their releases are judged meanwhile, and nothing of them is taken back."""
    _tag(scenarios, "off")
    try:
        yield
    finally:
        _tag(scenarios, "auto")


@contextmanager
def held_before(scenario: Scenario, stage: str) -> Iterator[None]:
    """Releases wait before a stage."""
    transition = {"pipelineName": scenario.pipeline, "stageName": stage, "transitionType": "Inbound"}
    scenario.client.disable_stage_transition(**transition, reason="Somebody looks first")
    try:
        yield
    finally:
        scenario.client.enable_stage_transition(**transition)


def _deploys(run: Mapping[str, Any]) -> bool:
    return bool(run["input"]["actionTypeId"]["category"] == "Deploy")


def _tag(scenarios: Sequence[Scenario], mode: str) -> None:
    for scenario in scenarios:
        arn = f"arn:aws:codepipeline:{scenario.home}:{scenario.account.account_id}:{scenario.pipeline}"
        scenario.client.tag_resource(resourceArn=arn, tags=[{"key": "crosscheck:rollback", "value": mode}])
