"""Small pipelines of one's own over one service, made with plain boto3: each test has those stages that it needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.e2e.outside import wait_until
from tests.e2e.own_pipeline import ENDED, TO_ECS, OwnPipeline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.e2e.outside import Outside

type Stage = dict[str, Any]

EXECUTION = "#{codepipeline.PipelineExecutionId}"
SECONDS = 240.0


@dataclass(frozen=True)
class SmallPipeline:
    """A pipeline that was created. ``first`` is the execution that its creation started."""

    outside: Outside
    name: str
    first: str

    @property
    def client(self) -> Any:
        """CodePipeline in the home region."""
        return self.outside.client("codepipeline")

    @property
    def executions(self) -> list[dict[str, Any]]:
        """Every execution, the newest first."""
        found: list[dict[str, Any]] = self.client.list_pipeline_executions(pipelineName=self.name)[
            "pipelineExecutionSummaries"
        ]
        return found

    def start(self, **variables: str) -> str:
        """Start an execution; its id."""
        values = [{"name": name, "value": value} for name, value in variables.items()]
        given = {"variables": values} if values else {}
        return str(self.client.start_pipeline_execution(name=self.name, **given)["pipelineExecutionId"])

    def status(self, execution: str) -> str:
        """The execution's status."""
        answer = self.client.get_pipeline_execution(pipelineName=self.name, pipelineExecutionId=execution)
        return str(answer["pipelineExecution"]["status"])

    def ended(self, execution: str) -> str:
        """How the execution ended, once it did."""

        def look() -> str:
            status = self.status(execution)
            return status if status in ENDED else ""

        return wait_until(look, f"the end of {execution}", SECONDS)

    def stage(self, name: str) -> dict[str, Any]:
        """A stage as GetPipelineState shows it."""
        states = self.client.get_pipeline_state(name=self.name)["stageStates"]
        return next(state for state in states if state["stageName"] == name)

    def actions(self, execution: str) -> list[tuple[str, str]]:
        """Every run of an action of the execution with its status, the first one first."""
        asked = {"pipelineName": self.name, "filter": {"pipelineExecutionId": execution}}
        found = self.client.list_action_executions(**asked)["actionExecutionDetails"]
        return [(run["actionName"], run["status"]) for run in reversed(found)]

    def rules(self, execution: str) -> list[tuple[str, str]]:
        """The same of the rules of its conditions."""
        asked = {"pipelineName": self.name, "filter": {"pipelineExecutionId": execution}}
        found = self.client.list_rule_executions(**asked)["ruleExecutionDetails"]
        return [(run["ruleName"], run["status"]) for run in reversed(found)]


@dataclass(frozen=True)
class SmallPipelines:
    """What small pipelines share: a service in each region, a source with a release, a role, the stack's stores."""

    own: OwnPipeline
    release: Mapping[str, Any]

    @classmethod
    def prepare(cls, outside: Outside, name: str, regions: Sequence[str], outputs: dict[str, str]) -> SmallPipelines:
        """Create all of it. The stores must be those of the regions."""
        own = OwnPipeline(outside, name, regions, outputs)
        bucket, role = own.create_source(own.create_services()), own.create_role(*TO_ECS)
        return cls(own, own.definition(json.loads(outputs["ArtifactStores"]), bucket, role, {}))

    def create(self, name: str, *stages: Stage, **variables: str) -> SmallPipeline:
        """Create a pipeline of the source and these stages; ``variables`` have these defaults. It starts at once."""
        defaults = [{"name": variable, "defaultValue": value} for variable, value in variables.items()]
        source = self.release["stages"][0]
        definition = {**self.release, "name": name, "stages": [source, *stages]}
        client = self.own.outside.client("codepipeline")
        client.create_pipeline(pipeline=definition | ({"variables": defaults} if defaults else {}))
        (first,) = client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]
        return SmallPipeline(self.own.outside, name, first["pipelineExecutionId"])

    def deploying(self, gate: Mapping[str, Any] | None = None, **conditions: Stage) -> Stage:
        """The stage ``World``: a deployment to each region, verified by an action where a gate is given."""
        *deploys, verify = self.release["stages"][1]["actions"]
        actions = [*deploys, {**verify, "configuration": self._gate(gate)}] if gate is not None else deploys
        return {"name": "World", "actions": actions, **conditions}

    def gate_rule(self, result: str, **gate: Any) -> Stage:
        """A condition whose only rule is the gate."""
        return condition(result, rule("Gate", "LambdaInvoke", **self._gate(gate)))

    def _gate(self, gate: Mapping[str, Any]) -> dict[str, str]:
        return {"FunctionName": self.own.outputs["GateFunctionName"], "UserParameters": json.dumps(gate)}


def asking(**conditions: Stage) -> Stage:
    """The stage ``Ask``: a manual approval."""
    kind = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
    return {"name": "Ask", "actions": [{"name": "Sign-off", "actionTypeId": kind}], **conditions}


def rule(name: str, provider: str, **configuration: str) -> Stage:
    """A rule of a condition."""
    kind = {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "ruleTypeId": kind, "configuration": configuration}


def condition(result: str, *rules: Stage) -> Stage:
    """The conditions of a stage: what happens where a rule does not hold."""
    return {"conditions": [{"result": result, "rules": list(rules)}]}


def answer_approval(pipeline: SmallPipeline, execution: str, status: str, summary: str) -> None:
    """Wait until the execution asks in the stage ``Ask``, and answer."""

    def asked() -> str:
        state = pipeline.stage("Ask")
        if state.get("latestExecution", {}).get("pipelineExecutionId") != execution:
            return ""
        return str(state["actionStates"][0].get("latestExecution", {}).get("token", ""))

    pipeline.client.put_approval_result(
        pipelineName=pipeline.name,
        stageName="Ask",
        actionName="Sign-off",
        result={"summary": summary, "status": status},
        token=wait_until(asked, "the question"),
    )
