"""CodeDeploy's groups and the pages behind them, as a client of the account sees them; and the release's card."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from local.cards import wait_for_card
from tests.e2e.outside import Outside, wait_until, words
from tests.e2e.verifications import Verifications, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local.cards import Card
    from local.scenarios.scenario import Scenario

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
    """Their releases are judged meanwhile, and nothing of them is taken back, nor afterwards: what the tag says when a
    verification is planned counts, and that is some time after the stage has ended."""
    known = {scenario: set(_ended(scenario)) for scenario in scenarios}
    _tag(scenarios, "off")
    try:
        yield
        for scenario in scenarios:
            _await_verifications(scenario, set(_ended(scenario)) - known[scenario])
    finally:
        _tag(scenarios, "auto")


def _ended(scenario: Scenario) -> list[str]:
    """The executions of which every stage that began is verified: those that succeeded or failed."""
    found = scenario.client.list_pipeline_executions(pipelineName=scenario.pipeline)["pipelineExecutionSummaries"]
    return [each["pipelineExecutionId"] for each in found if each["status"] in {"Succeeded", "Failed"}]


def _await_verifications(scenario: Scenario, executions: set[str]) -> None:
    done = Verifications(Outside(scenario.account.describe()), scenario.account.outputs["VerifyStateMachineArn"])
    for execution in executions:
        for stage in {action["stageName"] for action in scenario.actions(execution)}:
            done.ended(name_of(execution, stage))


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
