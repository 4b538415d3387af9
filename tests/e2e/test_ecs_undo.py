"""The ways back of ECS and of whole stages, against the account's own services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, RollbackStarted, SupersededError
from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.subjects import Subject
from crosscheck.pipelines.runs import read_runs
from crosscheck.registry.checks import run_check
from crosscheck.services.codepipeline.check import PipelineExecution
from crosscheck.services.codepipeline.rollback import DeployedStage, StageRollback
from crosscheck.services.ecs.rollback import EcsProposal, EcsRollback
from tests.e2e.outside import Outside, wait_until
from tests.e2e.own_pipeline import HOME
from tests.e2e.small_pipelines import SmallPipelines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crosscheck.contracts.verdicts import Finding
    from local.account import Account
    from tests.e2e.small_pipelines import SmallPipeline

pytestmark = pytest.mark.e2e

EU = "eu-west-1"
ENDED = {Verdict.PASS, Verdict.FAIL}


class OutsideClients(Clients):
    """The kernel's clients, of the account as it is seen from outside."""

    def __init__(self, outside: Outside) -> None:
        super().__init__(boto3.Session(region_name=HOME))
        self._outside = outside

    def _get(self, service: str, region: str | None = None) -> Any:
        return self._outside.client(service, region)


@dataclass(frozen=True)
class Deployed:
    """A service in one region, and the pipeline that deploys to it; it ran the image ``old`` before the first time."""

    pipeline: SmallPipeline
    aws: Clients
    baseline: str

    @property
    def ecs(self) -> Any:
        return self.aws.client("ecs", EU)

    @property
    def service(self) -> dict[str, Any]:
        (found,) = self.ecs.describe_services(cluster="mine", services=[self.pipeline.name])["services"]
        return dict(found)

    def planned(self, execution: str) -> PlannedCheck:
        """The check that follows from the execution's deploy action."""
        run = read_runs(self.aws.client("codepipeline", HOME), self.pipeline.name, execution)["World", f"To-{EU}"]
        return PlannedCheck("ecs-service", EU, {"cluster": "mine", "service": self.pipeline.name}, run)

    def propose(self, planned: PlannedCheck, baseline: str = "") -> EcsProposal:
        return EcsRollback().propose(planned, baseline or self.baseline, self.aws)

    def execute(self, planned: PlannedCheck, way: EcsProposal, baseline: str = "") -> RollbackStarted:
        return EcsRollback().execute(planned, way, baseline or self.baseline, self.aws)

    def page(self) -> tuple[int, str]:
        """The status of the service's page, and what it says of itself."""
        url = f"{self.pipeline.outside.description['web']}/{EU}/{self.pipeline.name}"
        answer = requests.get(url, timeout=60)
        return answer.status_code, answer.text

    def proven(self, proof: PlannedCheck | None) -> Finding:
        """What the proof says in the end."""
        assert proof is not None

        def ended() -> Finding | None:
            finding = run_check(proof, self.aws)
            return finding if finding.verdict in ENDED else None

        found = wait_until(ended, "the end of the way back")
        assert found is not None
        return found

    def deploy_by_hand(self) -> str:
        """Somebody deploys the old image under a new task definition; its name."""
        images = self.ecs.describe_task_definition(taskDefinition=f"{self.pipeline.name}:1")["taskDefinition"]
        registered = self.ecs.register_task_definition(
            family=self.pipeline.name, containerDefinitions=images["containerDefinitions"]
        )["taskDefinition"]
        self.ecs.update_service(
            cluster="mine", service=self.pipeline.name, taskDefinition=registered["taskDefinitionArn"]
        )
        return f"{self.pipeline.name}:{registered['revision']}"


def running(aws: Clients, service: str) -> str:
    """What a service runs now, as the baseline of a release to come."""
    check = PlannedCheck("ecs-service", EU, {"cluster": "mine", "service": service})
    return run_check(check, aws).baselines[check.subject]


@pytest.fixture
def deployed(account: Account, outside: Outside, request: pytest.FixtureRequest) -> Iterator[Deployed]:
    """A service of its own for each test; the marker's outcome is that of the first deployment."""
    name, outcome = request.param
    pipelines = SmallPipelines.prepare(outside, name, (EU,), account.outputs)
    before = running(OutsideClients(outside), name)
    outside.deployments(EU, outcome)
    pipeline = pipelines.create(name, pipelines.deploying())
    yield Deployed(pipeline, OutsideClients(outside), before)
    for execution in pipeline.executions:
        if execution["status"] == "InProgress":
            pipeline.client.stop_pipeline_execution(
                pipelineName=name, pipelineExecutionId=execution["pipelineExecutionId"], abandon=True
            )


def first(name: str, outcome: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("deployed", [(name, outcome)], indirect=True)


@first("undo-unhealthy", "unhealthy")
def test_an_unhealthy_deployment_is_taken_back(deployed: Deployed) -> None:
    pipeline = deployed.pipeline
    assert pipeline.ended(pipeline.first) == "Succeeded"
    wait_until(lambda: deployed.page()[0] == 503, "the failure of the tasks")
    planned = deployed.planned(pipeline.first)
    way = deployed.propose(planned)
    assert (way.feasibility, way.target) == (Feasibility.READY, "undo-unhealthy:1")
    assert way.reason == "undo-unhealthy runs undo-unhealthy:2; the way back leads to undo-unhealthy:1"
    begun = deployed.execute(planned, way)
    assert begun.verification == way.verification
    assert deployed.proven(begun.verification).verdict is Verdict.PASS
    status, text = deployed.page()
    assert status == 200
    assert "/undo-unhealthy:old" in text
    again = deployed.propose(planned)
    assert (again.feasibility, again.target) == (Feasibility.ALREADY_BACK, "undo-unhealthy:1")
    assert deployed.execute(planned, way).verification == begun.verification
    assert len(deployed.ecs.list_service_deployments(cluster="mine", service=pipeline.name)["serviceDeployments"]) == 3
    assert deployed.service["desiredCount"] == 3


@first("undo-breaker", "healthy")
def test_the_circuit_breaker_went_back_to_the_same_image(deployed: Deployed, outside: Outside) -> None:
    pipeline = deployed.pipeline
    assert pipeline.ended(pipeline.first) == "Succeeded"
    assert run_check(deployed.planned(pipeline.first), deployed.aws).verdict is Verdict.PASS
    passed = running(deployed.aws, pipeline.name)
    outside.deployments(EU, "rolled_back")
    execution = pipeline.start()
    assert pipeline.ended(execution) == "Succeeded"
    planned = deployed.planned(execution)
    finding = run_check(planned, deployed.aws)
    assert finding.verdict is Verdict.FAIL
    assert "ECS rolled back to undo-breaker:2: the deployment of undo-breaker:3" in finding.reason
    way = deployed.propose(planned, passed)
    assert (way.feasibility, way.target) == (Feasibility.ALREADY_BACK, "undo-breaker:2")
    assert way.reason == "ECS rolled back by itself, from undo-breaker:3 to undo-breaker:2"
    assert deployed.proven(way.verification).verdict is Verdict.PASS


@first("undo-hanging", "hang")
def test_a_deployment_in_progress_is_stopped(deployed: Deployed) -> None:
    pipeline = deployed.pipeline
    wait_until(lambda: len(deployed.service["deployments"]) > 1, "the deployment")
    planned = wait_until(lambda: _named(deployed, pipeline.first), "the deployment's name")
    assert planned is not None
    way = deployed.propose(planned)
    assert (way.feasibility, way.target) == (Feasibility.READY, "undo-hanging:1")
    begun = deployed.execute(planned, way)
    assert begun.reason == "stopped the deployment of undo-hanging:2: ECS goes back to undo-hanging:1"
    assert deployed.proven(begun.verification).verdict is Verdict.PASS
    assert "/undo-hanging:old" in deployed.page()[1]
    assert deployed.execute(planned, way).verification == begun.verification


def _named(deployed: Deployed, execution: str) -> PlannedCheck | None:
    """The check, once CodePipeline names the deployment that its action made."""
    planned = deployed.planned(execution)
    return planned if planned.run and planned.run.external else None


@first("undo-moved", "healthy")
def test_what_somebody_deployed_since_is_not_touched(deployed: Deployed) -> None:
    pipeline = deployed.pipeline
    assert pipeline.ended(pipeline.first) == "Succeeded"
    planned = deployed.planned(pipeline.first)
    way = deployed.propose(planned)
    assert way.feasibility is Feasibility.READY
    name = deployed.deploy_by_hand()
    now = deployed.propose(planned)
    assert (now.feasibility, now.reason) == (Feasibility.SUPERSEDED, f"{name} was deployed to undo-moved since")
    with pytest.raises(SupersededError, match=f"{name} was deployed to undo-moved since"):
        deployed.execute(planned, way)
    assert deployed.service["taskDefinition"].endswith(f"/{name}")


@first("undo-stage", "healthy")
def test_a_whole_stage_goes_back(deployed: Deployed) -> None:
    pipeline, undo = deployed.pipeline, StageRollback()
    assert pipeline.ended(pipeline.first) == "Succeeded"
    execution = pipeline.start()
    assert pipeline.ended(execution) == "Succeeded"
    subject = Subject(HOME, pipeline.name, execution)
    older = undo.propose(DeployedStage(Subject(HOME, pipeline.name, pipeline.first), "World"), "", deployed.aws)
    assert older.feasibility is Feasibility.SUPERSEDED
    way = undo.propose(DeployedStage(subject, "World"), pipeline.first, deployed.aws)
    assert (way.feasibility, way.target) == (Feasibility.READY, f"execution {pipeline.first[:8]}")
    begun = undo.execute(DeployedStage(subject, "World"), way, pipeline.first, deployed.aws)
    made = begun.verification.parameters["execution"]
    assert pipeline.ended(made) == "Succeeded"
    finding = PipelineExecution().run(begun.verification, deployed.aws)
    assert finding.verdict is Verdict.PASS
    assert finding.reason == f"undo-stage: rollback execution {made[:8]} is Succeeded"
    back = undo.propose(DeployedStage(subject, "World"), pipeline.first, deployed.aws)
    assert (back.feasibility, back.target, back.verification) == (
        Feasibility.ALREADY_BACK,
        way.target,
        begun.verification,
    )
    assert (
        undo.execute(DeployedStage(subject, "World"), way, pipeline.first, deployed.aws).verification
        == begun.verification
    )
