"""Calls of the gate by somebody else's hand: none is believed, and none touches another pipeline's release."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

import gate_stage.bootstrap
from crosscheck.verification.progress import begin
from gate_stage.continuation import Continuation, encode
from gate_stage.handler import handler
from tests.fakes.codepipeline import FakeJob
from tests.fakes.codepipeline_release import EXECUTION, GATE, JOB, PIPELINE, action, context
from tests.fakes.json_protocol import RefusedError
from tests.unit.gate_stage.test_handler import own_client

if TYPE_CHECKING:
    from tests.unit.gate_stage.conftest import Account

OWN = "11111111-2222-4333-8444-666666666666"
MADE_UP = "99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee"
# A check that fails, against a release that is healthy.
NAMED = {"pipeline": PIPELINE, "execution": EXECUTION, "stage": "DeploySecondary"}
HARMFUL = {
    **NAMED,
    "checks": [{"kind": "ecs-service", "cluster": "production-eu", "service": "gone", "region": "eu-west-1"}],
}


def event(
    account: Account, job: str = JOB, parameters: dict[str, Any] | None = None, token: str = ""
) -> dict[str, Any]:
    """What somebody sends who may invoke the function."""
    sent = account.event(job=job, parameters=HARMFUL if parameters is None else parameters)
    sent["CodePipeline.job"]["data"]["continuationToken"] = token
    return sent


def untouched(account: Account) -> bool:
    return account.ledger() == {} and account.cards() == []


def answers(account: Account) -> list[str]:
    """The jobs that were answered."""
    return [job for job, known in account.release.codepipeline.jobs.items() if known.answer]


def test_f65_a_made_up_job_gets_no_look_no_fact_and_no_answer(account: Account) -> None:
    handler(event(account, MADE_UP), account.context)
    assert untouched(account)
    assert {name for name, _ in account.release.codepipeline.calls} == {"GetJobDetails"}
    assert account.release.regions["eu-west-1"].ecs.calls == []


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "InternalFailure"])
def test_a_job_of_which_codepipeline_says_nothing_now_is_asked_for_again_and_never_believed(
    account: Account, code: str
) -> None:
    account.release.codepipeline.refuse("GetJobDetails", RefusedError(code))
    with pytest.raises(ClientError):
        handler(event(account), account.context)
    assert untouched(account)
    assert answers(account) == []
    account.release.codepipeline.refuse_once("GetJobDetails", RefusedError("ThrottlingException"))
    assert account.invoke()["outcome"] == "succeeded"


def test_f65_a_rule_of_another_pipeline_cannot_speak_for_this_one(account: Account) -> None:
    account.release.codepipeline.jobs[JOB] = FakeJob({})
    answer = account.invoke(parameters=HARMFUL)
    for number in (2, 3):
        assert answer["outcome"] == "continued"
        job = JOB.replace("a", str(number))
        account.release.codepipeline.jobs[job] = FakeJob({})
        answer = account.invoke(job=job, token=answer["continuationToken"], parameters=HARMFUL)
    assert answer["failureDetails"]["message"] == (
        f"FAIL regions=: no rule of {PIPELINE} with these UserParameters runs in execution {EXECUTION}, so this is "
        "none of its gates"
    )
    assert untouched(account)


@pytest.mark.parametrize(
    "running",
    [
        {"status": "Succeeded"},
        {"pipelineExecutionId": OWN},
        {"ruleName": "Other"},
        {"stageName": "DeployPrimary"},
    ],
)
def test_a_rule_that_does_not_run_or_is_not_defined_cannot_be_borrowed(
    account: Account, running: dict[str, str]
) -> None:
    account.release.rule("ValidateSecondary", "Look", HARMFUL, **running)
    assert account.invoke(parameters=HARMFUL)["outcome"] in {"continued", "failed"}
    assert untouched(account)


def test_beside_a_rule_that_runs_no_other_parameters_count(account: Account) -> None:
    account.release.rule("ValidateSecondary", "Look", NAMED)
    assert account.invoke(parameters=HARMFUL)["outcome"] == "continued"
    assert untouched(account)


def test_f65_an_action_that_is_no_gate_of_its_pipeline_is_none(account: Account) -> None:
    account.release.add_gate("ValidateSecondary", actions=[action("Smoke", "Invoke", "Lambda", "us-east-1")])
    account.release.codepipeline.jobs[JOB] = FakeJob(context("ValidateSecondary", "Smoke"))
    assert "has no action or rule Smoke that invokes the gate" in account.invoke()["failureDetails"]["message"]
    assert untouched(account)


def test_f68_a_custom_action_type_that_calls_itself_lambda_is_no_gate(account: Account) -> None:
    declared = dict(action("Own", "Invoke", "Lambda", "us-east-1", configuration={"FunctionName": GATE}))
    declared["actionTypeId"] = {**declared["actionTypeId"], "owner": "Custom"}
    account.release.add_gate("ValidateSecondary", actions=[declared])
    account.release.codepipeline.jobs[JOB] = FakeJob(context("ValidateSecondary", "Own"))
    assert account.invoke()["failureDetails"]["type"] == "ConfigurationError"
    assert untouched(account)


def test_the_job_of_another_function_is_left_to_that_function(account: Account) -> None:
    theirs = FakeJob(context("ValidateSecondary", "Validate-Secondary"), {"FunctionName": "smoke-test"})
    account.release.codepipeline.jobs[JOB] = theirs
    handler(event(account, parameters={}), account.context)
    assert untouched(account)
    assert answers(account) == []


def test_a_gate_that_cannot_start_fails_no_job_but_its_own(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    own_client(account, monkeypatch)
    monkeypatch.setattr(gate_stage.bootstrap, "runner", lambda: 1 / 0)
    account.release.codepipeline.jobs[JOB] = FakeJob(context("A", "B"), {"FunctionName": "smoke-test"})
    handler(event(account), account.context)
    handler(event(account, MADE_UP), account.context)
    assert answers(account) == []


def test_f09_what_the_event_says_of_a_genuine_job_does_not_count(account: Account) -> None:
    harmful = {"checks": HARMFUL["checks"], "execution": EXECUTION}
    handler(event(account, parameters=harmful), account.context)
    assert account.answer()["outcome"] == "succeeded"


def test_a_token_of_the_events_own_does_not_shorten_a_soak(account: Account) -> None:
    job = account.release.codepipeline.jobs[JOB]
    job.configuration = {"FunctionName": GATE, "UserParameters": json.dumps({"soak_minutes": 10})}
    long_ago = account.now - 3600
    token = json.dumps({"v": 4, "since": long_ago, "look": 9, "pass_since": long_ago, "passed": True})
    handler(event(account, token=token), account.context)
    assert account.answer()["outcome"] == "continued"
    assert "observed for 0.0 of 10 minutes" in account.answer()["executionDetails"]["summary"]


def test_the_token_of_another_gate_is_refused(account: Account) -> None:
    progress = Continuation(begin(account.now)).of("another pipeline's gate")
    assert "another gate's looks made it" in account.invoke(token=encode(progress))["failureDetails"]["message"]
    assert untouched(account)


def test_the_definition_that_the_execution_runs_with_decides(account: Account) -> None:
    """The gate was added after this execution began: its own definition has none."""
    pipeline = account.release.codepipeline.pipelines[PIPELINE]
    account.release.codepipeline.earlier[PIPELINE, 2] = {**pipeline, "version": 2, "stages": pipeline["stages"][:5]}
    account.release.codepipeline.ran_with[EXECUTION] = 2
    assert "has no action or rule Validate-Secondary" in account.invoke()["failureDetails"]["message"]
    assert untouched(account)


@pytest.mark.parametrize("told", [{"since": -60.0}, {"pass_since": -60.0, "passed": True}, {"waiting_since": -60.0}])
def test_a_token_tells_nothing_of_before_its_rule_began(account: Account, told: dict[str, Any]) -> None:
    """A job of another pipeline's rule with the same parameters, to which its own worker gave a token."""
    named = {**NAMED, "soak_minutes": 1}
    account.release.rule("ValidateSecondary", "Look", named)
    times = {key: account.now + value if key != "passed" else value for key, value in told.items()}
    forged = Continuation(replace(begin(account.now), look=9, **times))
    gate = f"execution#us-east-1#{PIPELINE}#{EXECUTION} ValidateSecondary/rule Look"
    answer = account.invoke(parameters=named, token=encode(forged.of(gate)))
    assert "it tells of looks from before the rule began" in answer["failureDetails"]["message"]
    assert untouched(account)
