"""A release whose image is named by a tag that every build moves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.held_stage import held, let_go
from tests.e2e.outside import Outside, words
from tests.e2e.own_pipeline import HOME
from tests.e2e.small_pipelines import SmallPipeline, SmallPipelines, answer_approval, asking
from tests.e2e.tagged_pipeline import create_tagged
from tests.e2e.verifications import Verifications, said, settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.account import Account

pytestmark = pytest.mark.e2e

EU, NAME = "eu-west-1", "moving-tag"


@dataclass(frozen=True)
class MovingTag:
    """A service and a pipeline whose every release names ``moving-tag:latest``."""

    outside: Outside
    pipeline: SmallPipeline
    done: Verifications

    def release(self, execution: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Let an execution deploy once preflight has seen what runs; ``meanwhile`` comes before any verdict."""
        self.done.ended(f"{execution}-preflight")
        answer_approval(self.pipeline, execution, "Approved", "seen")
        assert let_go(self.pipeline, execution, meanwhile) == "Succeeded"

    def build(self, content: str) -> str:
        """Push a build to the tag; its digest."""
        return push(self.outside, content)

    @property
    def runs(self) -> str:
        """The task definition in service."""
        ecs: Any = self.outside.client("ecs", EU)
        (found,) = ecs.describe_services(cluster="mine", services=[NAME])["services"]
        return str(found["taskDefinition"]).rpartition("/")[2]


def push(outside: Outside, content: str) -> str:
    manifest = {"schemaVersion": 2, "config": {"digest": f"sha256:{content.encode().hex():0>64}"}, "layers": []}
    answer = outside.client("ecr").put_image(repositoryName=NAME, imageTag="latest", imageManifest=json.dumps(manifest))
    return str(answer["image"]["imageId"]["imageDigest"])


@pytest.fixture(scope="module")
def moving(account: Account) -> MovingTag:
    outside = Outside(account.describe())
    pipelines = SmallPipelines.prepare(outside, NAME, (EU,), account.outputs)
    push(outside, "good")
    pipelines.own.put_release(f"{account.account_id}.dkr.ecr.{HOME}.amazonaws.com/{NAME}:latest")
    stages = [pipelines.release["stages"][0], asking(), held(pipelines.deploying())]
    pipeline = create_tagged(outside, {**pipelines.release, "name": NAME, "stages": stages}, rollback="auto")
    return MovingTag(outside, pipeline, Verifications(outside, account.outputs["VerifyStateMachineArn"]))


@pytest.mark.usefixtures("unrefused")
def test_f59_a_release_passes_though_its_tag_moves_on_and_never_goes_back_by_that_tag(
    moving: MovingTag, account: Account
) -> None:
    pushed = list[str]()
    moving.release(moving.pipeline.first, lambda: pushed.append(moving.build("broken")))
    card = settled(moving.outside, moving.pipeline.first, eu_west_1="passed")
    good, broken = push(moving.outside, "good"), moving.build("broken")
    assert pushed == [broken]
    assert f"{NAME}@{good[:19]} (the tag latest moved on to {broken[:19]} since)" in words(card)
    proven = moving.runs

    moving.outside.deployments(EU, "unhealthy")
    execution = moving.pipeline.start()
    moving.release(execution)
    text = words(said(moving.outside, execution, "rollback suggested"))
    assert f"the way back leads to {proven}" in text
    assert f"which stands for {broken[:19]} by now, not for {good[:19]}" in text
    assert "rolled back" not in text
    assert moving.runs == f"{NAME}:{int(proven.rpartition(':')[2]) + 1}"
