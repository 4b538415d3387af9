from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from check_region.region_check import RegionCheck
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.subjects import Subject
from crosscheck.pipelines.runs import ActionRun
from crosscheck.plans.current import current
from crosscheck.verification.item import Purpose, VerificationItem
from tests.fakes.cards import Cards
from tests.fakes.codepipeline_plans import EXECUTION, HOME, PIPELINE, STARTED, FakePipelines
from tests.fakes.json_protocol import FakeClients, RefusedError

if TYPE_CHECKING:
    from crosscheck.ledger.table import Ledger

SUBJECT = Subject(HOME, PIPELINE, EXECUTION)
RUN = ActionRun("DeploySecondary", "Deploy-AP", "InProgress", STARTED.timestamp())
CHECK = PlannedCheck("ecs-service", "ap-southeast-1", {"cluster": "c", "service": "s"}, RUN)


@pytest.fixture
def codepipeline() -> FakePipelines:
    return FakePipelines()


@pytest.fixture
def clients(codepipeline: FakePipelines) -> FakeClients:
    return FakeClients({("codepipeline", HOME): codepipeline})


def test_an_action_that_ended_since_is_judged_as_it_ended(codepipeline: FakePipelines, clients: FakeClients) -> None:
    codepipeline.ran("DeploySecondary", "Deploy-AP", external="ecs-svc/1")
    run = current(CHECK, SUBJECT, clients).run
    assert run
    assert (run.status, run.external) == ("Succeeded", "ecs-svc/1")


def test_what_had_ended_is_not_asked_again(codepipeline: FakePipelines, clients: FakeClients) -> None:
    ended = replace(CHECK, run=replace(RUN, status="Failed"))
    assert current(ended, SUBJECT, clients) is ended
    assert codepipeline.calls == []


def test_an_action_that_codepipeline_does_not_list_is_as_it_was(clients: FakeClients) -> None:
    assert current(CHECK, SUBJECT, clients) == CHECK


def test_f17_a_refusal_leaves_the_region_unknown(codepipeline: FakePipelines, clients: FakeClients) -> None:
    codepipeline.refuse("ListActionExecutions", RefusedError("AccessDeniedException"))
    with pytest.raises(ClientError):
        current(CHECK, SUBJECT, clients)
    ledger: Ledger = None  # type: ignore[assignment]  # nothing is told here
    item = VerificationItem(Purpose.STAGE, SUBJECT, "ap-southeast-1", 0.0, (CHECK,), stage="DeploySecondary")
    found = RegionCheck(clients, ledger, Cards(), lambda: 0.0)._run(item, CHECK)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason == "ListActionExecutions in us-east-1 was refused: AccessDeniedException"
