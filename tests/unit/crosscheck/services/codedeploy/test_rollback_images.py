"""The way back of an ECS service through CodeDeploy: only to the images that were proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility
from crosscheck.contracts.verdicts import Verdict
from crosscheck.registry.checks import run_check
from crosscheck.services.codedeploy.check import CodeDeploy
from crosscheck.services.codedeploy.rollback import CodeDeployRollback
from crosscheck.services.codedeploy.state import GroupState, parse_group_state
from tests.fakes.codedeploy import appspec
from tests.fakes.json_protocol import FakeClients
from tests.unit.crosscheck.services.codedeploy.test_blue_green import HOST, REGION, SERVICE, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crosscheck.contracts.rollback import RollbackStarted
    from crosscheck.services.codedeploy.rollback import CodeDeployProposal

UNDO = CodeDeployRollback()
REVISION = f"appspec sha256:{appspec(6)['appSpecContent']['sha256']}"
TAGGED = f"{HOST}/{SERVICE}:stable"
ELSEWHERE = "docker.io/library/envoy:1"
PROVEN = "sha256:" + "e" * 64


class Release(World):
    """The bad release is the one that serves; the good one before it ran ``app:6``, whose image has a tag."""

    def __init__(self) -> None:
        super().__init__()
        self.good = self.ecr.push(SERVICE, "stable")
        self.ecs.define("app:6", {"web": TAGGED})
        self.codedeploy.ecs_target(self.older, f"{SERVICE}:{SERVICE}", "ecs-svc/6")
        self.proven = GroupState(REVISION, {"web": self.good}).text

    @property
    def aws(self) -> FakeClients:
        """The clients of the region."""
        return FakeClients({(fake.service, REGION): fake for fake in (self.codedeploy, self.ecs, self.ecr)})

    @property
    def check(self) -> PlannedCheck:
        """The check of the bad release."""
        return PlannedCheck("codedeploy", REGION, {"application": SERVICE, "group": SERVICE}, self.run())

    def propose(self, proven: str = "") -> CodeDeployProposal:
        """How the group stands."""
        return UNDO.propose(self.check, proven or self.proven, self.aws)

    def execute(self) -> RollbackStarted:
        """Take it back."""
        return UNDO.execute(self.check, self.propose(), self.proven, self.aws)


@pytest.fixture
def release() -> Iterator[Release]:
    with mock_aws():
        yield Release()


def test_a_tag_that_stands_for_another_image_by_now_is_no_way_back(release: Release) -> None:
    evil = release.ecr.push(SERVICE, "stable", salt="moved")
    way = release.propose()
    assert way.feasibility is Feasibility.MANUAL
    assert way.reason == (
        f"{release.ours} is Succeeded; deployed again, app:6 may run another image: app:6 names {TAGGED}, which "
        f"stands for {evil[:19]} by now, not for {release.good[:19]}"
    )
    assert not release.codedeploy.called("CreateDeployment")


def test_a_tag_of_which_no_digest_was_proven_is_no_way_back(release: Release) -> None:
    way = release.propose(REVISION)
    assert way.feasibility is Feasibility.MANUAL
    assert way.reason.endswith(f"app:6 names {TAGGED}, and which digest it stood for is unknown")


def test_f59_a_tag_that_moves_before_the_call_stops_the_way_back(release: Release) -> None:
    assert release.propose().feasibility is Feasibility.READY
    release.ecr.push(SERVICE, "stable", salt="moved")
    assert release.propose().feasibility is Feasibility.MANUAL


@pytest.mark.parametrize("moved", [False, True])
def test_the_proof_compares_the_digests(release: Release, moved: bool) -> None:
    """A tag may move between the last reading and the moment at which ECS resolves it."""
    proof = release.execute().verification
    definition = release.ecs.define("app:6", {"web": TAGGED})
    made = proof.parameters["deployment"]
    release.codedeploy.deployments[made]["status"] = "Succeeded"
    release.codedeploy.ecs_target(made, f"{SERVICE}:{SERVICE}", "ecs-svc/8")
    release.primary |= {"id": "ecs-svc/8", "taskDefinition": definition, "externalId": made}
    runs = release.ecr.push(SERVICE, "evil", salt="moved") if moved else release.good
    for _ in range(2):
        release.ecs.run(SERVICE, definition, {"web": runs})
    found = run_check(proof, release.aws)
    assert found.verdict is (Verdict.FAIL if moved else Verdict.PASS), found.reason
    assert runs[:19] in found.reason


def test_a_pinned_image_needs_no_proof(release: Release) -> None:
    release.ecs.define("app:6", {"web": f"{HOST}/{SERVICE}@{release.good}"})
    assert release.propose(REVISION).feasibility is Feasibility.READY


@pytest.mark.parametrize("kept", [True, False])
def test_what_is_stopped_goes_back_to_the_task_set_that_is_there_still(release: Release, kept: bool) -> None:
    release.codedeploy.deployments[release.ours]["status"] = "InProgress"
    release.ecr.push(SERVICE, "stable", salt="moved")
    if not kept:
        release.service["taskSets"] = [release.primary]
    way = release.propose()
    assert way.feasibility is (Feasibility.READY if kept else Feasibility.MANUAL), way.reason


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("TaskDefinition: app", "the AppSpec does not name one task definition"),
        ("TaskDefinition: app:6\nTaskDefinition: app:7", "the AppSpec does not name one task definition"),
        ("TaskDefinition: app:5", "app:5 is deleted"),
    ],
)
def test_images_that_nobody_can_tell_are_no_way_back(release: Release, content: str, why: str) -> None:
    release.codedeploy.deployments[release.older]["revision"]["appSpecContent"]["content"] = content
    way = release.propose()
    assert way.feasibility is Feasibility.MANUAL
    assert why in way.reason


@pytest.mark.parametrize("same", [True, False])
def test_outside_ecr_only_our_own_deployment_tells_what_a_tag_stands_for(release: Release, same: bool) -> None:
    release.ecs.define("app:6", {"proxy": ELSEWHERE})
    for task in release.tasks:
        task["containers"].append({"name": "proxy", "imageDigest": PROVEN if same else f"sha256:{'f' * 64}"})
    way = release.propose(GroupState(REVISION, {"proxy": PROVEN}).text)
    assert way.feasibility is (Feasibility.READY if same else Feasibility.MANUAL), way.reason


def test_a_look_tells_the_digests_that_ran(release: Release) -> None:
    finding = release.looked()
    state = parse_group_state(finding.baselines[release.check.subject])
    assert state.revision == f"appspec sha256:{appspec(7)['appSpecContent']['sha256']}"
    assert state.digests == {"web": release.digest}


def test_a_look_at_somebody_elses_task_set_tells_no_digests(release: Release) -> None:
    release.primary["externalId"] = release.older
    finding = release.looked()
    assert parse_group_state(finding.baselines[release.check.subject]).digests == {}


@pytest.mark.parametrize("known", [True, False])
def test_preflight_tells_the_digests_that_run(release: Release, known: bool) -> None:
    if not known:
        release.primary["externalId"] = release.older
    before = PlannedCheck("codedeploy", REGION, release.check.parameters, baseline_only=True)
    state = parse_group_state(run_check(before, release.aws).baselines[before.subject])
    assert state.revision == f"appspec sha256:{appspec(7)['appSpecContent']['sha256']}"
    assert state.digests == ({"web": release.digest} if known else {})


def test_a_digest_that_only_one_look_knows_is_no_other_state() -> None:
    known, other = GroupState(REVISION, {"web": PROVEN}), GroupState(REVISION, {"web": "sha256:" + "f" * 64})
    same = CodeDeploy().same_state
    assert same(known.text, REVISION)
    assert not same(known.text, other.text)
    assert not same(known.text, GroupState("another", known.digests).text)
