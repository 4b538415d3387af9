"""A pipeline of one's own that deploys one stack, whose resources each test chooses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.e2e.enforced import put_policy
from tests.e2e.outside import Outside
from tests.e2e.own_pipeline import TO_STACKS, OwnPipeline
from tests.e2e.tagged_pipeline import create_tagged, deploy, upload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.account import Account
    from tests.e2e.small_pipelines import SmallPipeline

type Resources = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class StackPipeline:
    """The pipeline; its first execution, which succeeded, created the stack. Pipeline and stack have the same name."""

    outside: Outside
    pipeline: SmallPipeline

    @classmethod
    def create(cls, account: Account, name: str, region: str, resources: Resources, **tags: str) -> StackPipeline:
        """Create it; its stage is called ``World``."""
        outside = Outside(account.describe())
        own = OwnPipeline(outside, name, (region,), account.outputs)
        source, role = own.create_source(""), own.create_role(*TO_STACKS)
        settings = {
            "ActionMode": "CREATE_UPDATE",
            "StackName": name,
            "TemplatePath": "Release::template.json",
            "RoleArn": _role(account, outside, f"{name}-resources"),
        }
        release = own.definition(json.loads(account.outputs["ArtifactStores"]), source, role, {})
        stage = {"name": "World", "actions": [deploy("Stack", region, "CloudFormation", **settings)]}
        upload(outside, source, _files(resources))
        pipeline = create_tagged(outside, {**release, "stages": [release["stages"][0], stage]}, **tags)
        assert pipeline.ended(pipeline.first) == "Succeeded"
        return cls(outside, pipeline)

    def release(self, resources: Resources) -> str:
        """Release a stack of these resources; the execution."""
        upload(self.outside, f"{self.pipeline.name}-source", _files(resources))
        return self.pipeline.start()


def _files(resources: Resources) -> dict[str, str]:
    return {"template.json": json.dumps({"Resources": resources})}


def _role(account: Account, outside: Outside, name: str) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = outside.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
    rights = [{"Effect": "Allow", "Action": ["ecs:*", "iam:PassRole", "lambda:*", "sqs:*"], "Resource": "*"}]
    put_policy(account, name, "resources", rights)
    return str(role["Role"]["Arn"])
