from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import botocore.session
import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.lambda_.check import LambdaAlias
from crosscheck.services.lambda_.rules import PROVISIONING, STATES, UPDATES, Alias, Version, judge_later
from tests.fakes.json_protocol import RefusedError
from tests.fakes.lambda_service import FakeLambda
from tests.fakes.modelled import ModelledClients

if TYPE_CHECKING:
    from crosscheck.contracts.verdicts import Finding

REGION = "ap-southeast-1"
FUNCTION = "my-function"
CONFIGURATION = {"FunctionName": FUNCTION, "FunctionAlias": "live"}
RUN = ActionRun("Deploy", "Deploy-AP", "Succeeded", 1_772_618_400.0, CONFIGURATION, outputs={"FunctionVersion": "7"})
CHECK = PlannedCheck("lambda-alias", REGION, {"function": FUNCTION, "alias": "live"}, RUN)
ASKED = replace(CHECK, run=None)


@pytest.fixture
def fake() -> FakeLambda:
    service = FakeLambda()
    service.publish(FUNCTION, "6", "7", "8")
    service.point(FUNCTION, "live", "7")
    return service


def looked(fake: FakeLambda, check: PlannedCheck = CHECK) -> Finding:
    return LambdaAlias().run(check, ModelledClients({("lambda", REGION): fake}))


def enum(shape: str) -> set[str]:
    return set(botocore.session.get_session().get_service_model("lambda").shape_for(shape).metadata["enum"])


def test_every_state_of_the_api_is_told_apart() -> None:
    assert set(STATES) == enum("State")
    assert set(UPDATES) == enum("LastUpdateStatus")
    assert set(PROVISIONING) == enum("ProvisionedConcurrencyStatusEnum")


def test_an_alias_on_the_intended_version_passes(fake: FakeLambda) -> None:
    finding = looked(fake)
    assert (finding.verdict, finding.reason) == (Verdict.PASS, "my-function:live: serves version 7")
    assert finding.values == {
        "version": "7",
        "revision id": "revision-1",
        "intended version": "7",
        "state": "Active",
    }


def test_a_function_may_be_named_by_its_arn(fake: FakeLambda) -> None:
    arn = f"arn:aws:lambda:{REGION}:111122223333:function:{FUNCTION}"
    finding = looked(fake, replace(CHECK, parameters={"function": arn, "alias": "live"}))
    assert finding.reason == "my-function:live: serves version 7"


def test_an_alias_on_another_version_fails(fake: FakeLambda) -> None:
    fake.point(FUNCTION, "live", "6")
    finding = looked(fake, replace(ASKED, parameters={**CHECK.parameters, "version": "7"}))
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == "my-function:live: serves version 6, not the intended 7"


@pytest.mark.parametrize(
    ("version", "weights", "words"),
    [
        ("6", {"v7": 0.1}, "traffic is being shifted: 90% to version 6, 10% to version 7"),
        ("7", {"v6": 0.25}, "traffic is being shifted: 75% to version 7, 25% to version 6"),
    ],
)
def test_a_canary_is_pending_with_its_weights(
    fake: FakeLambda, version: str, weights: dict[str, float], words: str
) -> None:
    fake.point(FUNCTION, "live", version, **weights)
    for check in (CHECK, ASKED):
        finding = looked(fake, check)
        assert finding.verdict is Verdict.PENDING
        assert words in finding.reason
    assert "to version" in looked(fake).values["weights"]


@pytest.mark.parametrize(("version", "weights"), [("8", {}), ("7", {"v8": 0.1}), ("6", {"v8": 0.1})])
def test_f04_an_alias_that_a_later_version_came_to_has_moved_on(
    fake: FakeLambda, version: str, weights: dict[str, float]
) -> None:
    fake.publish(FUNCTION, "8")
    fake.point(FUNCTION, "live", version, **weights)
    finding = looked(fake)
    assert (finding.verdict, finding.moved_on) == (Verdict.INCONCLUSIVE, True)
    assert "version 8" in finding.reason
    assert finding.reason.endswith("; version 8 was published since")
    assert list(finding.baselines.values()) == ["7"]
    assert all(f"to version {number.removeprefix('v')}" in finding.reason for number in weights)
    asked = looked(fake, replace(ASKED, parameters={**CHECK.parameters, "version": "7"}))
    assert not asked.moved_on


def test_an_alias_that_somebody_moved_back_to_an_older_version_gave_way(fake: FakeLambda) -> None:
    fake.point(FUNCTION, "live", "6")
    finding = looked(fake)
    assert (finding.verdict, finding.moved_on) == (Verdict.INCONCLUSIVE, True)
    assert list(finding.baselines.values()) == ["7"]
    asked = looked(fake, replace(ASKED, parameters={**CHECK.parameters, "version": "7"}))
    assert (asked.verdict, asked.moved_on) == (Verdict.FAIL, False)


def test_an_alias_that_somebody_deleted_gave_way(fake: FakeLambda) -> None:
    fake.functions[FUNCTION].aliases.clear()
    assert (looked(fake).verdict, looked(fake).moved_on) == (Verdict.INCONCLUSIVE, True)
    assert looked(fake, ASKED).verdict is Verdict.FAIL


def test_an_alias_that_a_stack_holds_proves_the_state_of_what_it_serves(fake: FakeLambda) -> None:
    held = replace(CHECK, run=replace(RUN, ended=RUN.started + 60), held_by="shop")
    fake.functions[FUNCTION].versions["7"] |= {"LastModified": "2026-03-04T10:00:30.000+0000"}
    assert (looked(fake, held).verdict, looked(fake, held).moved_on) == (Verdict.PASS, False)
    fake.functions[FUNCTION].versions["7"] |= {"LastModified": "2026-03-04T10:01:30.000+0000"}
    finding = looked(fake, held)
    assert (finding.verdict, finding.moved_on) == (Verdict.INCONCLUSIVE, True)
    assert finding.reason == "my-function:live: serves version 7, published at 2026-03-04T10:01:30Z"
    assert finding.baselines == {}


def test_a_weight_of_nothing_shifts_nothing(fake: FakeLambda) -> None:
    fake.point(FUNCTION, "live", "7", v6=0.0)
    assert looked(fake).verdict is Verdict.PASS


@pytest.mark.parametrize("state", sorted(STATES))
def test_each_state_of_the_version(fake: FakeLambda, state: str) -> None:
    code = {"StateReasonCode": "SubnetOutOfIPAddresses"} if state == "Failed" else {}
    fake.functions[FUNCTION].versions["7"] |= {"State": state} | code
    finding = looked(fake)
    assert finding.verdict is STATES[state]
    if state == "Failed":
        assert finding.reason == "my-function:live: version 7 is Failed (SubnetOutOfIPAddresses)"


@pytest.mark.parametrize("update", sorted(UPDATES))
def test_each_status_of_the_last_update(fake: FakeLambda, update: str) -> None:
    fake.functions[FUNCTION].versions["7"] |= {"LastUpdateStatus": update}
    assert looked(fake).verdict is UPDATES[update]


def test_a_version_of_no_state_proves_nothing(fake: FakeLambda) -> None:
    del fake.functions[FUNCTION].versions["7"]["State"]
    assert looked(fake).verdict is Verdict.INCONCLUSIVE


def test_a_new_version_that_failed_fails_although_the_canary_goes_on(fake: FakeLambda) -> None:
    fake.point(FUNCTION, "live", "6", v7=0.1)
    fake.functions[FUNCTION].versions["7"] |= {"State": "Failed", "StateReasonCode": "InvalidImage"}
    assert looked(fake).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("status", "verdict", "words"),
    [
        ("READY", Verdict.PASS, "serves version 7, 5 of 5 provisioned"),
        ("IN_PROGRESS", Verdict.PENDING, "provisioned concurrency is IN_PROGRESS: 2 of 5 there"),
        ("FAILED", Verdict.FAIL, "provisioned concurrency is FAILED: 2 of 5 there (FUNCTION_ERROR_INIT_FAILURE)"),
    ],
)
def test_provisioned_concurrency(fake: FakeLambda, status: str, verdict: Verdict, words: str) -> None:
    fake.functions[FUNCTION].provisioned["live"] = {
        "Status": status,
        "RequestedProvisionedConcurrentExecutions": 5,
        "AvailableProvisionedConcurrentExecutions": 5 if status == "READY" else 2,
        **({"StatusReason": "FUNCTION_ERROR_INIT_FAILURE"} if status == "FAILED" else {}),
    }
    finding = looked(fake)
    assert (finding.verdict, finding.reason) == (verdict, f"my-function:live: {words}")
    assert finding.values["provisioned"] == status


def test_the_intended_version_may_come_from_the_configuration(fake: FakeLambda) -> None:
    """It may be older than what was there, which is no later deployment then."""
    run = replace(RUN, outputs={}, configuration=CONFIGURATION | {"PublishedTargetVersion": "6"})
    fake.functions[FUNCTION].versions["7"] |= {"LastModified": "2026-03-01T10:00:00.000+0000"}
    finding = looked(fake, replace(CHECK, run=run))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "not the intended 6" in finding.reason


def test_a_deploy_action_that_tells_no_version_proves_nothing(fake: FakeLambda) -> None:
    finding = looked(fake, replace(CHECK, run=replace(RUN, outputs={})))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == "my-function:live: serves version 7; which version was meant is unknown"


def test_what_was_asked_for_proves_the_state_or_the_version(fake: FakeLambda) -> None:
    assert looked(fake, ASKED).verdict is Verdict.PASS
    parameters = {**CHECK.parameters, "version": "6"}
    assert looked(fake, replace(ASKED, parameters=parameters)).verdict is Verdict.FAIL


@pytest.mark.parametrize("parameters", [{"function": "gone", "alias": "live"}, {"function": FUNCTION, "alias": "no"}])
def test_an_alias_that_is_absent_fails(fake: FakeLambda, parameters: dict[str, str]) -> None:
    finding = looked(fake, replace(ASKED, parameters=parameters))
    assert finding.verdict is Verdict.FAIL
    assert "there is no such alias" in finding.reason


def test_an_alias_on_a_version_that_was_deleted_fails(fake: FakeLambda) -> None:
    del fake.functions[FUNCTION].versions["7"]
    assert looked(fake).reason == "my-function:live: version 7 does not exist"


def test_f17_a_denial_is_no_absence(fake: FakeLambda) -> None:
    clients = ModelledClients({("lambda", REGION): fake})
    for operation in ("GetProvisionedConcurrencyConfig", "GetFunctionConfiguration", "GetAlias"):
        fake.refuse(operation, RefusedError("AccessDeniedException", status=403))
        with pytest.raises(clients.client("lambda", REGION).exceptions.ClientError, match=operation):
            LambdaAlias().run(CHECK, clients)


@pytest.mark.parametrize(("value", "read"), [("7", "7"), ("$LATEST", "$LATEST"), ("live", None), ("", None), (7, None)])
def test_the_version_that_a_plan_may_ask_for(value: object, read: str | None) -> None:
    assert LambdaAlias.parameters["version"].read(value) == read


def test_a_version_of_the_moment_in_which_the_action_began_came_since() -> None:
    """Nobody knows which of the two came first."""
    for published, came in ((RUN.started - 0.001, False), (RUN.started, True)):
        assert (judge_later(Alias("6"), [Version("6", "Active", published=published)], RUN.started) is not None) == came
