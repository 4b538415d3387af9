"""A service in the state in which a way back finds it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crosscheck.contracts.check import PlannedCheck
from crosscheck.pipelines.runs import ActionRun
from crosscheck.registry.checks import run_check
from crosscheck.services.ecs.rollback import EcsProposal, EcsRollback
from crosscheck.services.ecs.state import ServiceState
from tests.fakes.ecr import ACCOUNT
from tests.fakes.ecs_deployments import DeployedEcs
from tests.fakes.json_protocol import FakeClients

if TYPE_CHECKING:
    from crosscheck.contracts.verdicts import Verdict

REGION, CLUSTER, SERVICE = "eu-west-1", "production-eu", "my-service"
REPOSITORY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{SERVICE}"
PLACE = {"cluster": CLUSTER, "service": SERVICE}


class World:
    """A service that ran ``my-service:6`` when an action deployed ``my-service:7`` to it.

    Each task definition names an image by a tag of its own, unless all of them name the one ``tag``: then each build
    moves it, and the one of ``my-service:7`` is the last.
    """

    def __init__(self, status: str = "SUCCESSFUL", tag: str = "", **run: Any) -> None:
        self.ecs = DeployedEcs(REGION, CLUSTER, SERVICE)
        self.ecr = self.ecs.registry
        self.aws = FakeClients({("ecs", REGION): self.ecs, ("ecr", REGION): self.ecr})
        self.tags = {number: tag or str(number) for number in (5, 6, 7, 8)}
        self.five, self.six, self.seven, self.eight = (
            self.ecs.define(f"{SERVICE}:{number}", {"app": f"{REPOSITORY}:{each}"})
            for number, each in self.tags.items()
        )
        self.push(8)
        self.push(5)
        self.first = self.ecs.deploy(self.five)
        self.digest = self.push(6)
        self.before = self.ecs.deploy(self.six)
        self.proven = ServiceState(self.six, {"app": self.digest}).text
        self.broken = self.push(7)
        started = self.ecs.clock.timestamp()
        self.made = self.ecs.deploy(self.seven, status) if status else ""
        self.run = ActionRun("DeploySecondary", "Deploy-EU-West", "Succeeded", started, **run)
        self.planned = PlannedCheck("ecs-service", REGION, PLACE, self.run)
        expected = PLACE | {"task_definition": f"{SERVICE}:6", "digests": json.dumps({"app": self.digest})}
        undoes = {"undoes": self.made} if self.made else {}
        self.proof = PlannedCheck("ecs-service", REGION, expected | undoes, since=started)

    def push(self, number: int) -> str:
        """The build of a task definition; its digest."""
        return self.ecr.push(SERVICE, self.tags[number], salt=str(number))

    def propose(self, baseline: str | None = None) -> EcsProposal:
        return EcsRollback().propose(self.planned, self.proven if baseline is None else baseline, self.aws)

    def begin(self, way: EcsProposal, baseline: str | None = None) -> tuple[str, PlannedCheck]:
        given = self.proven if baseline is None else baseline
        begun = EcsRollback().execute(self.planned, way, given, self.aws)
        return begun.reason, begun.verification

    def prove(self, proof: PlannedCheck) -> tuple[Verdict, str]:
        found = run_check(proof, self.aws)
        return found.verdict, found.reason

    def acted(self) -> list[str]:
        return [name for name, _ in self.ecs.calls if name.startswith(("Update", "Stop"))]

    def serve(self, definition: str, digest: str = "") -> None:
        """As many tasks as desired run that task definition."""
        self.ecs.tasks.clear()
        for _ in range(2):
            self.ecs.run(SERVICE, definition, {"app": digest or None})
