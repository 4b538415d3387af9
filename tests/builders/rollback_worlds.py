"""For each rollback a place to which an execution has deployed, and somebody else who deploys there as well."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Rollback, RollbackStarted
from crosscheck.ledger.subjects import Subject
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.rollbacks import ROLLBACKS
from crosscheck.services.codepipeline.rollback import DeployedStage, StageRollback
from tests.fakes.beanstalk import BUNDLE, OLD, OURS, FakeBeanstalk
from tests.fakes.beanstalk import STARTED as BEANSTALK_STARTED
from tests.fakes.cloudformation import FakeCloudFormation
from tests.fakes.codedeploy import ACTIVE, FakeCodeDeploy, s3
from tests.fakes.codepipeline_stages import FakeStages
from tests.fakes.ecs_deployments import DeployedEcs
from tests.fakes.json_protocol import FakeClients, JsonService
from tests.fakes.lambda_service import FakeLambda
from tests.fakes.modelled import ModelledClients
from tests.unit.crosscheck.services.ecs.ecs_world import World as EcsService

REGION = "eu-west-1"
STARTED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


class RollbackWorld(ABC):
    """A place in which a rollback is READY. ``kind`` is that of the check that proves the deployment; ``refused`` says
    that the service took no hotfix."""

    kind: ClassVar[str]
    refused = False
    fake: JsonService
    aws: FakeClients
    target: Any
    baseline: str
    names: str
    """How the hotfix is named."""

    @property
    def rollback(self) -> Rollback[Any, Any]:
        """The rollback of the kind."""
        return ROLLBACKS[self.kind]

    @abstractmethod
    def hotfix(self) -> None:
        """Somebody else deploys something, which is done at once."""

    @abstractmethod
    def serves_hotfix(self) -> bool:
        """Whether what somebody else deployed is what the place has now."""

    def propose(self) -> Any:
        """The proposal."""
        return self.rollback.propose(self.target, self.baseline, self.aws)

    def execute(self, proposal: Any) -> RollbackStarted:
        """Take it back."""
        return self.rollback.execute(self.target, proposal, self.baseline, self.aws)

    def writes(self) -> list[str]:
        """The calls that change something."""
        reads = ("Describe", "List", "Get", "BatchGet")
        return [name for name, _ in self.fake.calls if not name.startswith(reads)]

    def failed(self, **run: Any) -> None:
        """The action failed, and says of nothing that it did it: its configuration names what is somebody else's."""
        untraced = replace(self.target.run, status="Failed", external="", outputs={}, **run)
        self.target = replace(self.target, run=untraced)


class EcsUpdated(RollbackWorld):
    """The action's deployment came to its end: the service is updated."""

    kind, status, names = "ecs-service", "SUCCESSFUL", "my-service:8"

    def __init__(self) -> None:
        self.world = EcsService(self.status)
        self.fake: DeployedEcs = self.world.ecs
        self.aws, self.target, self.baseline = self.world.aws, self.world.planned, self.world.proven

    def hotfix(self) -> None:
        for made in self.fake.deployments:
            made["status"] = "STOPPED" if made["status"] in {"PENDING", "IN_PROGRESS"} else made["status"]
        self.fake.deploy(self.world.eight)

    def serves_hotfix(self) -> bool:
        return bool(self.fake.shown["taskDefinition"] == self.world.eight)


class EcsStopped(EcsUpdated):
    """The action's deployment is in progress: it is stopped."""

    status = "IN_PROGRESS"


class CodeDeployed(RollbackWorld):
    """The action's deployment came to its end: another one is made."""

    kind, status, names = "codedeploy", "Succeeded", "s3://store/release/3@v3"
    named = ("app", "production")

    def __init__(self) -> None:
        self.fake: FakeCodeDeploy = FakeCodeDeploy(STARTED)
        self.aws = FakeClients({("codedeploy", REGION): self.fake})
        self.fake.deploy(self.named, s3(1))
        made = self.fake.deploy(self.named, s3(2), self.status)
        run = ActionRun("Deploy", "Deploy-EU", "Succeeded", STARTED.timestamp(), external=made)
        self.target = PlannedCheck(self.kind, REGION, {"application": "app", "group": "production"}, run)
        self.baseline = "s3://store/release/1@v1"

    def hotfix(self) -> None:
        for deployment in self.fake.deployments.values():
            deployment["status"] = "Stopped" if deployment["status"] in ACTIVE else deployment["status"]
        self.fake.deploy(self.named, s3(3))

    def serves_hotfix(self) -> bool:
        newest = self.fake.deployments[self.fake.groups[self.named][-1]]
        return bool(newest["revision"] == s3(3))


class CodeDeploying(CodeDeployed):
    """The action's deployment is in progress: it is stopped."""

    status = "InProgress"


class LambdaAlias(RollbackWorld):
    """An alias serves the version that the action brought."""

    kind, names = "lambda-alias", "version 8"

    def __init__(self) -> None:
        self.fake: FakeLambda = FakeLambda()
        self.aws = ModelledClients({("lambda", REGION): self.fake})
        self.fake.publish("shop", "6", "7", "8")
        self.fake.point("shop", "live", "7")
        wanted, brought = {"PublishedTargetVersion": "7"}, {"FunctionVersion": "7"}
        run = ActionRun("Deploy", "Deploy-EU", "Succeeded", STARTED.timestamp(), wanted, outputs=brought)
        self.target = PlannedCheck(self.kind, REGION, {"function": "shop", "alias": "live"}, run)
        self.baseline = "6"

    def hotfix(self) -> None:
        self.fake.point("shop", "live", "8")

    def serves_hotfix(self) -> bool:
        return bool(self.fake.functions["shop"].aliases["live"]["FunctionVersion"] == "8")


class Stack(RollbackWorld):
    """A stack that the action's update left failed; somebody else's update of it succeeds."""

    kind, names, left = "cloudformation-stack", "somebody else began on infra", "UPDATE_COMPLETE"

    def __init__(self) -> None:
        self.fake: FakeCloudFormation = FakeCloudFormation(REGION)
        self.aws = ModelledClients({("cloudformation", REGION): self.fake})
        before = STARTED - timedelta(days=1)
        self.stack = self.fake.stack("infra", "UPDATE_FAILED", before, STARTED)
        for at, status in (
            (before, "CREATE_IN_PROGRESS"),
            (before, "CREATE_COMPLETE"),
            (STARTED, "UPDATE_IN_PROGRESS"),
        ):
            self.fake.happened(self.stack, at, status)
        self.fake.happened(self.stack, STARTED + timedelta(seconds=5), "UPDATE_FAILED")
        run = ActionRun("Deploy", "Deploy-EU", "Failed", STARTED.timestamp(), external=self.stack["StackId"])
        self.target = PlannedCheck(self.kind, REGION, {"stack": "infra"}, run)
        self.baseline = f"{before.timestamp() + 3600:.3f} {self.stack['StackId']}"

    def hotfix(self) -> None:
        events = self.fake.events[self.stack["StackId"]]
        at = max(event["Timestamp"] for event in events) + timedelta(minutes=1)
        self.fake.happened(self.stack, at, "UPDATE_IN_PROGRESS")
        self.fake.happened(self.stack, at + timedelta(seconds=1), self.left)
        self.stack |= {"StackStatus": self.left, "LastUpdatedTime": at}

    def serves_hotfix(self) -> bool:
        return bool(self.stack["StackStatus"] == self.left)


class StackFailingAgain(Stack):
    """As above, but somebody else's update fails too, so that CloudFormation takes both back."""

    left = "UPDATE_FAILED"


class Environment(RollbackWorld):
    """An environment has the version that the action brought."""

    kind, names, status = "elasticbeanstalk-environment", "somebody else began", "Ready"

    def __init__(self) -> None:
        self.fake: FakeBeanstalk = FakeBeanstalk()
        self.aws = ModelledClients({("elasticbeanstalk", REGION): self.fake})
        self.fake.tells(BEANSTALK_STARTED + 5, "Environment update is starting.")
        self.fake.is_like(Status=self.status)
        run = ActionRun("Deploy", "Deploy-EU", "Succeeded", BEANSTALK_STARTED, inputs={"Source": BUNDLE}, external=OURS)
        named = {"application": "shop", "environment": "shop-production"}
        self.target = PlannedCheck(self.kind, REGION, named, run)
        self.baseline = f"{BEANSTALK_STARTED - 40:.0f} {OLD}"

    def hotfix(self) -> None:
        """Elastic Beanstalk updates no environment that the rollback changes."""
        self.refused = bool(self.writes())
        if self.refused:
            return
        self.fake.version("hotfix", BEANSTALK_STARTED + 600)
        self.fake.began()
        self.fake.is_like(VersionLabel="hotfix", Status=self.status)

    def serves_hotfix(self) -> bool:
        return (self.fake.environment["VersionLabel"], self.fake.environment["Status"]) == ("hotfix", self.status)

    def failed(self, **run: Any) -> None:
        """The version is somebody else's, who deployed at the same time."""
        self.fake.version(OURS, BEANSTALK_STARTED + 1, Artifact("pipeline-artifacts-eu-west-1", "their-site/Source/c"))
        super().failed(**run)


class EnvironmentUpdating(Environment):
    """The version is still being brought: its update is aborted."""

    status = "Updating"


class EnvironmentMixed(Environment):
    """The action's deployment failed, and left the environment mixed."""

    def __init__(self) -> None:
        super().__init__()
        self.fake.is_like(VersionLabel=OLD, Health="Red", HealthStatus="Degraded")


class WholeStage(RollbackWorld):
    """A stage of a pipeline, through which an execution of somebody else goes."""

    kind, names = "pipeline-stage", "what execution 00000002 brought"

    def __init__(self) -> None:
        self.fake: FakeStages = FakeStages("shop", "Source", "Deploy")
        self.aws = FakeClients({("codepipeline", REGION): self.fake})
        self.baseline = self._pass_through("Succeeded")
        self.target = DeployedStage(Subject(REGION, "shop", self._pass_through("Failed")), "Deploy")

    @property
    def rollback(self) -> Rollback[Any, Any]:
        return StageRollback()

    def hotfix(self) -> None:
        self._pass_through("Succeeded")

    def serves_hotfix(self) -> bool:
        newest = [execution for execution, stages in self.fake.passed.items() if "Deploy" in stages][-1]
        return bool(self.fake.executions[newest]["executionType"] == "STANDARD")

    def _pass_through(self, status: str) -> str:
        return self.fake.execute(status=status, Source="Succeeded", Deploy=status)


WORLDS: tuple[type[RollbackWorld], ...] = (
    EcsUpdated,
    EcsStopped,
    CodeDeployed,
    CodeDeploying,
    LambdaAlias,
    Stack,
    StackFailingAgain,
    Environment,
    EnvironmentUpdating,
    EnvironmentMixed,
    WholeStage,
)
