"""The check ``codedeploy`` and its way back, over the local account's own CodeDeploy and ECS."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
import requests

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, SupersededError
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import parse_run
from crosscheck.services.codedeploy.check import CodeDeploy
from crosscheck.services.codedeploy.deployments import read_deployment
from crosscheck.services.codedeploy.history import last_good
from crosscheck.services.codedeploy.rollback import CodeDeployProposal, CodeDeployRollback
from local.scenarios.data_residency import LONDON, SINGAPORE, DataResidency
from local.scenarios.ec2_fleet import APPLICATION, Ec2Fleet
from tests.e2e.code_deploy import without_rollback
from tests.e2e.outside import Outside, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_codepipeline.type_defs import ActionExecutionDetailTypeDef

    from crosscheck.contracts.rollback import RollbackStarted
    from local.account import Account
    from local.scenarios.scenario import Scenario

pytestmark = pytest.mark.e2e

FLEET_REGION = "us-east-1"


class OutsideClients(Clients):
    """The kernel's clients, made as a stranger of the account makes them."""

    def __init__(self, outside: Outside) -> None:
        super().__init__(boto3.Session(region_name="us-east-1"))
        self._outside = outside

    def _get(self, service: str, region: str | None = None) -> Any:
        return self._cache.setdefault((service, region), self._outside.client(service, region))


@dataclass(frozen=True)
class Region:
    """One region of a release, with the code under test and the region's page."""

    scenario: Scenario
    outside: Outside
    aws: Clients
    name: str
    action: str
    provider: str
    application: str

    def outcome(self, outcome: str) -> None:
        """Choose how later deployments end here."""
        body = {"region": self.name, "provider": self.provider, "outcome": outcome}
        self.outside.post("/deployments", body).raise_for_status()

    def release(self, message: str, ends: str = "Succeeded") -> PlannedCheck:
        """Release, and wait for its end; the check of this region's deploy action."""
        execution = self.scenario.push(message)
        assert self.scenario.wait(execution) == ends
        return self.begun(execution)

    def begun(self, execution: str) -> PlannedCheck:
        """The check, once the action has begun its deployment."""
        wait_until(lambda: self.planned(execution), "the deployment")
        planned = self.planned(execution)
        assert planned is not None
        return planned

    def planned(self, execution: str) -> PlannedCheck | None:
        """The check of this region's deploy action, None before it names its deployment."""
        found = [action for action in self.scenario.actions(execution) if action["actionName"] == self.action]
        run = parse_run(cast("ActionExecutionDetailTypeDef", found[0])) if found else None
        if run is None or not run.external:
            return None
        named = run.configuration
        parameters = {"application": named["ApplicationName"], "group": named["DeploymentGroupName"]}
        return PlannedCheck("codedeploy", self.name, parameters, run)

    def page(self) -> tuple[int, str]:
        """What is served."""
        answer = requests.get(f"{self.outside.description['web']}/{self.name}/{self.application}", timeout=60)
        return answer.status_code, answer.json()["revision"]

    def look(self, planned: PlannedCheck) -> Finding:
        """Look once."""
        return CodeDeploy().run(planned, self.aws)

    def judged(self, planned: PlannedCheck) -> Finding:
        """Look until there is a verdict: tasks that die are repeated failures only once some have."""
        wait_until(lambda: self.look(planned).verdict is not Verdict.PENDING, "a verdict")
        return self.look(planned)

    def propose(self, planned: PlannedCheck) -> CodeDeployProposal:
        """Read how the region stands."""
        return CodeDeployRollback().propose(planned, self._before(planned), self.aws)

    def execute(self, planned: PlannedCheck, way: CodeDeployProposal) -> RollbackStarted:
        """Take it back."""
        return CodeDeployRollback().execute(planned, way, self._before(planned), self.aws)

    def _before(self, planned: PlannedCheck) -> str:
        """The revision of the good release before; what the ledger would know is not the matter here."""
        client = self.aws.client("codedeploy", self.name)
        ours = read_deployment(client, _deployment(planned))
        good = last_good(client, ours) if ours else None
        return good.revision.text if good else ""

    def proven(self, proof: PlannedCheck) -> Finding:
        """What the proof says in the end."""
        return self.judged(proof)


@pytest.fixture(scope="module", autouse=True)
def _no_rollback(residency: DataResidency, fleet: Ec2Fleet) -> Iterator[None]:
    """What is taken back here is taken back by the test: Crosscheck only looks."""
    with without_rollback(residency, fleet):
        yield


@pytest.fixture(scope="module")
def aws(account: Account) -> Clients:
    return OutsideClients(Outside(account.describe()))


@pytest.fixture
def us_east(fleet: Ec2Fleet, outside: Outside, aws: Clients) -> Region:
    (name,) = {
        action["name"]
        for stage in fleet.definition()["stages"]
        for action in stage["actions"]
        if action.get("region") == FLEET_REGION
    }
    return Region(fleet, outside, aws, FLEET_REGION, name, "CodeDeploy", APPLICATION)


@pytest.fixture
def singapore(residency: DataResidency, outside: Outside, aws: Clients) -> Region:
    return Region(residency, outside, aws, SINGAPORE.region, "Deploy-Singapore", "CodeDeployToECS", SINGAPORE.name)


@pytest.fixture(params=["us_east", "singapore"])
def region(request: pytest.FixtureRequest) -> Region:
    found: Region = request.getfixturevalue(request.param)
    return found


def _deployment(planned: PlannedCheck) -> str:
    assert planned.run is not None
    return planned.run.external


def test_a_good_deployment_passes_until_a_newer_one_comes(region: Region) -> None:
    first = region.release("Serve the first page")
    assert region.look(first).verdict is Verdict.PASS
    way = region.propose(first)
    assert way.feasibility is Feasibility.READY
    second = region.release("Serve the second page")
    assert region.look(second).verdict is Verdict.PASS
    moved = region.propose(first)
    assert moved.feasibility is Feasibility.SUPERSEDED
    assert _deployment(second) in moved.reason
    with pytest.raises(SupersededError):
        region.execute(first, way)
    assert region.look(second).verdict is Verdict.PASS


def test_an_unhealthy_deployment_is_taken_back(region: Region) -> None:
    region.release("Serve a good page")
    before = region.page()
    assert before[0] == 200
    region.outcome("unhealthy")
    bad = region.release("Serve a broken page")
    assert region.page()[0] == 503
    finding = region.judged(bad)
    # What instances serve, CodeDeploy does not know: the check http does. Of ECS the task set is seen.
    assert finding.verdict is (Verdict.FAIL if region.provider == "CodeDeployToECS" else Verdict.PASS)
    assert finding.values["status"] == "Succeeded"
    way = region.propose(bad)
    assert way.feasibility is Feasibility.READY
    begun = region.execute(bad, way)
    again, proof = region.execute(bad, way), begun.verification
    assert again == replace(begun, reason=again.reason)
    for reason in (again.reason, region.propose(bad).reason):  # meanwhile the deployment goes on
        assert re.fullmatch(rf"{proof.parameters['deployment']} \(\w+\) takes {_deployment(bad)} back already", reason)
    proven = region.proven(proof)
    assert proven.verdict is Verdict.PASS, proven.reason
    assert region.page() == before
    assert region.look(bad).verdict is Verdict.FAIL


def test_the_deployment_of_an_unhealthy_service_has_succeeded(singapore: Region) -> None:
    singapore.outcome("unhealthy")
    finding = singapore.judged(singapore.release("Serve another broken catalogue"))
    assert (finding.verdict, finding.values["status"]) == (Verdict.FAIL, "Succeeded")
    assert (finding.values["running"], finding.values["desired"]) == ("0", str(SINGAPORE.desired))
    assert f"0 of {SINGAPORE.desired} tasks run" in finding.reason


def test_codedeploys_own_rollback_fails_under_a_green_pipeline(region: Region) -> None:
    region.release("Serve a better page")
    before = region.page()
    region.outcome("rolled_back")
    planned = region.release("Serve a page that goes back by itself")
    finding = region.look(planned)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.startswith("CodeDeploy rolled back: ")
    way = region.propose(planned)
    assert way.feasibility is Feasibility.ALREADY_BACK
    assert way.verification is not None
    assert region.proven(way.verification).verdict is Verdict.PASS
    assert region.page() == before


def test_what_hangs_is_stopped_and_goes_back(region: Region) -> None:
    region.release("Serve the page of today")
    before = region.page()
    region.outcome("hang")
    execution = region.scenario.push("Serve a page that never comes")
    planned = region.begun(execution)
    wait_until(lambda: region.look(planned).reason.endswith("is InProgress"), "the deployment's start")
    way = region.propose(planned)
    assert (way.feasibility, way.reason.split(" is ")[1]) == (
        Feasibility.READY,
        "InProgress: it can be stopped, with a rollback",
    )
    begun = region.execute(planned, way)
    proof = region.proven(begun.verification)
    assert proof.verdict is Verdict.PASS, proof.reason
    assert region.page() == before
    assert region.scenario.wait(execution) == "Failed"


def test_both_regions_run_the_intended_image(residency: DataResidency, outside: Outside, aws: Clients) -> None:
    execution = residency.push("Serve the catalogue of both regions")
    assert residency.wait(execution) == "Succeeded"
    for name, service in (("Deploy", LONDON), ("Deploy-Singapore", SINGAPORE)):
        region = Region(residency, outside, aws, service.region, name, "CodeDeployToECS", service.name)
        finding = region.look(region.begun(execution))
        assert finding.verdict is Verdict.PASS
        assert "not compared" not in finding.reason
        assert finding.values["intended digest web"] in region.page()[1]
