"""What every scenario has: a pipeline from a JSON file, its role, and the wait for its end."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, ClassVar, Self

from local.polling import poll

if TYPE_CHECKING:
    from local.account import Account

RUNNING = {"InProgress", "Stopping"}


class Scenario(ABC):
    """A release pipeline in an account that has the stack deployed; what it deploys to is the subclass's.

    ``regions`` are those of its actions, the pipeline's own first; ``permissions`` are what its role needs beside the
    stores; ``tags`` are the pipeline's.
    """

    pipeline: ClassVar[str]
    definition_file: ClassVar[str]
    regions: ClassVar[tuple[str, ...]]
    permissions: ClassVar[tuple[str, ...]]
    tags: ClassVar[Mapping[str, str]] = {}

    def __init__(self, account: Account) -> None:
        self.account = account
        self.first_execution = ""

    @property
    @abstractmethod
    def stores(self) -> dict[str, Any]:
        """The pipeline's artifact stores by region, as CodePipeline writes them."""

    @abstractmethod
    def substitutions(self) -> dict[str, str]:
        """What stands for ``${…}`` in the definition file, beside the role."""

    @abstractmethod
    def prepare(self) -> None:
        """Create what the pipeline deploys to, and everything else that it needs."""

    @abstractmethod
    def push(self, message: str) -> str:
        """Make a change, which starts a release; the execution's id."""

    @property
    def home(self) -> str:
        """The pipeline's region."""
        return self.regions[0]

    @property
    def client(self) -> Any:
        """CodePipeline in the pipeline's region."""
        return self.account.aws.client("codepipeline", self.home)

    @property
    def role(self) -> str:
        """The ARN of the role that the pipeline runs under."""
        return self.role_arn(self.pipeline)

    def role_arn(self, name: str) -> str:
        """The ARN of a role of the account."""
        return f"arn:aws:iam::{self.account.account_id}:role/{name}"

    def create_pipeline(self) -> str:
        """Create the pipeline. As on AWS that starts its first execution, whose id is kept and answered."""
        tags = [{"key": key, "value": value} for key, value in self.tags.items()]
        self.client.create_pipeline(pipeline=self.definition(), tags=tags)
        (started,) = self.client.list_pipeline_executions(pipelineName=self.pipeline)["pipelineExecutionSummaries"]
        self.first_execution = str(started["pipelineExecutionId"])
        return self.first_execution

    def ask_before(self, stage: str, question: str) -> None:
        """Let the pipeline ask a person before this stage begins, from its next execution on."""
        definition = self.definition()
        names = [each["name"] for each in definition["stages"]]
        kind = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
        action = {"name": "Approve", "actionTypeId": kind, "configuration": {"CustomData": question}}
        definition["stages"].insert(names.index(stage), {"name": f"Before{stage}", "actions": [action]})
        self.client.update_pipeline(pipeline=definition)

    def release_first(self) -> Self:
        """Prepare everything, create the pipeline, and wait for its first execution.

        Raises:
            RuntimeError: it did not succeed.
        """
        self.prepare()
        if (status := self.wait(self.create_pipeline())) != "Succeeded":
            raise RuntimeError(f"the first release of {self.pipeline} ended {status}")
        return self

    def definition(self) -> dict[str, Any]:
        """The pipeline's definition, with this account's role and artifact stores."""
        text = Path(__file__).with_name(self.definition_file).read_text()
        definition: dict[str, Any] = json.loads(Template(text).substitute(self.substitutions(), role=self.role))
        return definition | {"artifactStores": self.stores}

    def create_role(self, name: str, service: str, permissions: tuple[str, ...]) -> str:
        """Create a role that a service may assume; its ARN."""
        iam = self.account.aws.client("iam", self.home)
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        rights = {"Effect": "Allow", "Action": list(permissions), "Resource": "*"}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
        iam.put_role_policy(RoleName=name, PolicyName="release", PolicyDocument=_policy(rights))
        return self.role_arn(name)

    def create_pipeline_role(self) -> None:
        """Create the role that the pipeline runs under, with the rights to its stores and to the gate."""
        self.create_role(self.pipeline, "codepipeline.amazonaws.com", self.permissions)
        iam = self.account.aws.client("iam", self.home)
        for output in ("PipelineArtifactPolicyArn", "GateInvocationPolicyArn"):
            iam.attach_role_policy(RoleName=self.pipeline, PolicyArn=self.account.outputs[output])

    def status(self, execution: str) -> str:
        """The execution's status, as CodePipeline's API spells it."""
        answer = self.client.get_pipeline_execution(pipelineName=self.pipeline, pipelineExecutionId=execution)
        return str(answer["pipelineExecution"]["status"])

    def actions(self, execution: str) -> list[dict[str, Any]]:
        """The actions that the execution has begun, the first one first."""
        asked = {"pipelineName": self.pipeline, "filter": {"pipelineExecutionId": execution}}
        return list(reversed(self.client.list_action_executions(**asked)["actionExecutionDetails"]))

    def wait(self, execution: str, seconds: float = 240) -> str:
        """Wait for the execution's end; its status.

        Raises:
            TimeoutError: it did not end in time.
        """

        def ended() -> str:
            status = self.status(execution)
            return "" if status in RUNNING else status

        if status := poll(ended, seconds):
            return status
        raise TimeoutError(f"the release {execution} did not end within {seconds:g} s")


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
