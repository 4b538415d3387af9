"""A service in the state in which a way back finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crosscheck.contracts.check import PlannedCheck
from crosscheck.pipelines.runs import ActionRun
from crosscheck.registry.checks import run_check
from crosscheck.services.ecs.rollback import EcsProposal, EcsRollback
from tests.fakes.ecs_deployments import DeployedEcs
from tests.fakes.json_protocol import FakeClients

if TYPE_CHECKING:
    from crosscheck.contracts.verdicts import Verdict

REGION, CLUSTER, SERVICE = "eu-west-1", "production-eu", "my-service"
IMAGE = "public.ecr.aws/nginx/nginx:1"
PLACE = {"cluster": CLUSTER, "service": SERVICE}


class World:
    """A service that ran ``my-service:6`` when an action deployed ``my-service:7`` to it."""

    def __init__(self, status: str = "SUCCESSFUL", **run: Any) -> None:
        self.ecs = DeployedEcs(REGION, CLUSTER, SERVICE)
        self.aws = FakeClients({("ecs", REGION): self.ecs})
        self.five, self.six, self.seven, self.eight = (
            self.ecs.define(f"{SERVICE}:{number}", {"app": IMAGE}) for number in (5, 6, 7, 8)
        )
        self.first = self.ecs.deploy(self.five)
        self.before = self.ecs.deploy(self.six)
        started = self.ecs.clock.timestamp()
        self.made = self.ecs.deploy(self.seven, status) if status else ""
        self.run = ActionRun("DeploySecondary", "Deploy-EU-West", "Succeeded", started, **run)
        self.planned = PlannedCheck("ecs-service", REGION, PLACE, self.run)

    def propose(self, task_definition: str = "") -> EcsProposal:
        return EcsRollback().propose(self.planned, task_definition, self.aws)

    def begin(self, way: EcsProposal, task_definition: str = "") -> tuple[str, PlannedCheck]:
        begun = EcsRollback().execute(self.planned, way, task_definition, self.aws)
        return begun.reason, begun.verification

    def prove(self, proof: PlannedCheck) -> tuple[Verdict, str]:
        found = run_check(proof, self.aws)
        return found.verdict, found.reason

    def acted(self) -> list[str]:
        return [name for name, _ in self.ecs.calls if name.startswith(("Update", "Stop"))]

    def serve(self, definition: str) -> None:
        """As many tasks as desired run that task definition."""
        self.ecs.tasks.clear()
        for _ in range(2):
            self.ecs.run(SERVICE, definition, {"app": None})
