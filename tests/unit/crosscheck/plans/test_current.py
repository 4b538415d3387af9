from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from check_region.region_check import RegionCheck
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.subjects import Subject
from crosscheck.pipelines.runs import ActionRun, read_runs
from crosscheck.plans.current import as_of, current, later_checks, run_current
from crosscheck.verification.item import Purpose, VerificationItem
from tests.fakes.cards import Cards
from tests.fakes.codepipeline_plans import EXECUTION, HOME, PIPELINE, STARTED, FakePipelines, deploys, stage
from tests.fakes.json_protocol import FakeClients, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crosscheck.clients import Clients
    from crosscheck.contracts.verdicts import Finding
    from crosscheck.ledger.table import Ledger

EUROPE = "eu-west-1"

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


@pytest.mark.parametrize(("service", "status"), [("s", "Succeeded"), ("another", "InProgress")])
def test_a_retry_is_this_action_only_where_it_deployed_to_the_same_thing(
    codepipeline: FakePipelines, clients: FakeClients, service: str, status: str
) -> None:
    named = {"ClusterName": "c", "ServiceName": service}
    codepipeline.ran("DeploySecondary", "Deploy-AP", second=60, resolvedConfiguration=named)
    run = current(CHECK, SUBJECT, clients).run
    assert run
    assert run.status == status


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


STACK = {"StackName": "shop", "ActionMode": "CREATE_UPDATE"}
TWICE = (
    stage("Deploy", deploys("Create", EUROPE, "CloudFormation", **STACK)),
    stage("Shift", deploys("Change", EUROPE, "CloudFormation", **STACK), deploys("Other", EUROPE)),
)


@pytest.fixture
def twice() -> FakePipelines:
    """A stack to which two stages deploy, and a service that may be one of its resources."""
    pipelines = FakePipelines(TWICE)
    pipelines.ran("Deploy", "Create")
    return pipelines


def first(pipelines: FakePipelines) -> PlannedCheck:
    run = read_runs(FakeClients({("codepipeline", HOME): pipelines}).client("codepipeline", HOME), PIPELINE, EXECUTION)
    return PlannedCheck("cloudformation-stack", EUROPE, {"stack": "shop"}, run["Deploy", "Create"])


class Stack:
    """What is found of the stack: that of a run is as it was meant, that of any other gave way."""

    def __init__(self, of: str) -> None:
        self.of, self.looks, self.beside = of, 0, [""]

    def run_check(self, planned: PlannedCheck, _clients: Clients, beside: Sequence[PlannedCheck]) -> Finding:
        self.looks, self.beside = self.looks + 1, [each.kind for each in beside]
        if planned.deployed.status == "InProgress":
            return planned.finding(Verdict.PENDING, "in progress")
        ours = planned.deployed.name == self.of
        return replace(planned.finding(Verdict.PASS if ours else Verdict.FAIL, ""), moved_on=not ours)


def looked(twice: FakePipelines, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Finding:
    monkeypatch.setattr("crosscheck.plans.current.run_check", stack.run_check)
    clients = FakeClients({("codepipeline", HOME): twice})
    return run_current(first(twice), [], SUBJECT, clients)


def test_what_an_own_later_action_brought_is_no_strangers(
    twice: FakePipelines, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice.ran("Shift", "Change", second=60)
    twice.ran("Shift", "Other", second=70)
    stack = Stack("Change")
    found = looked(twice, stack, monkeypatch)
    assert (found.verdict, found.moved_on) == (Verdict.PASS, False)
    assert stack.beside == ["cloudformation-stack", "ecs-service"]


def test_an_own_later_action_that_goes_on_is_waited_for(twice: FakePipelines, monkeypatch: pytest.MonkeyPatch) -> None:
    twice.ran("Shift", "Change", "InProgress", second=60)
    found = looked(twice, Stack("Change"), monkeypatch)
    assert (found.verdict, found.waits, found.moved_on) == (Verdict.PENDING, True, False)


@pytest.mark.parametrize("status", ["Succeeded", "Failed"])
def test_what_a_stranger_brought_stays_a_strangers(
    twice: FakePipelines, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    twice.ran("Shift", "Change", status, second=60)
    assert looked(twice, Stack("nobody's"), monkeypatch).moved_on


def test_what_did_not_give_way_is_looked_at_once(twice: FakePipelines, monkeypatch: pytest.MonkeyPatch) -> None:
    twice.ran("Shift", "Change", second=60)
    stack = Stack("Create")
    assert looked(twice, stack, monkeypatch).verdict is Verdict.PASS
    assert stack.looks == 1


def test_what_gave_way_to_whom_nobody_can_say_is_asked_again(
    twice: FakePipelines, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = first(twice)
    twice.refuse("ListActionExecutions", RefusedError("ThrottlingException"))
    monkeypatch.setattr("crosscheck.plans.current.run_check", Stack("").run_check)
    found = run_current(check, [], SUBJECT, FakeClients({("codepipeline", HOME): twice}))
    assert (found.verdict, found.moved_on) == (Verdict.INCONCLUSIVE, False)


def test_what_is_taken_back_is_what_the_last_own_action_brought(twice: FakePipelines) -> None:
    twice.ran("Shift", "Change", second=60)
    clients, check = FakeClients({("codepipeline", HOME): twice}), first(twice)
    assert as_of(check, later_checks(check, SUBJECT, clients)).deployed.name == "Change"


def _later(planned: PlannedCheck, **run: str) -> PlannedCheck:
    """A later action of the same execution that deployed to the same thing."""
    after = replace(planned.deployed, name="Later", started=planned.deployed.started + 60)
    return replace(planned, run=replace(after, **run))  # type: ignore[arg-type]


def test_no_later_action_makes_what_a_failed_one_only_named_this_executions() -> None:
    refused = replace(CHECK, run=replace(RUN, status="Failed"))
    assert as_of(refused, [_later(refused, status="Succeeded")]) is refused
    traced = replace(CHECK, run=replace(RUN, status="Failed", external="ecs-svc/1"))
    assert as_of(traced, [_later(traced, status="Succeeded")]).deployed.name == "Later"


def test_no_later_action_of_another_account_deployed_to_the_same_thing() -> None:
    done = replace(CHECK, run=replace(RUN, status="Succeeded", account="111122223333"))
    assert as_of(done, [_later(done, account="999988887777")]) is done
    assert as_of(done, [_later(done)]).deployed.name == "Later"


ALIAS = PlannedCheck("lambda-alias", EUROPE, {"function": "shop", "alias": "live"}, replace(RUN, status="Succeeded"))


@pytest.mark.parametrize(
    ("ran", "named", "same"),
    [
        ("", "999988887777", False),
        ("111122223333", "999988887777", False),
        ("111122223333", "111122223333", True),
        ("", "111122223333", False),  # nothing says whose the name is
    ],
)
def test_an_arn_of_another_account_is_not_the_namesake_here(ran: str, named: str, same: bool) -> None:
    done = replace(ALIAS, run=replace(ALIAS.deployed, account=ran))
    arn = f"arn:aws:lambda:{EUROPE}:{named}:function:shop"
    later = replace(_later(done), parameters={"function": arn, "alias": "live"})
    assert (as_of(done, [later]).deployed.name == "Later") is same
