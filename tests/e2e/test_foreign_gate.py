"""Somebody else's calls of the gate: a healthy release of another pipeline stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.account import HOME_REGION
from tests.e2e.ledger_verdicts import LedgerVerdicts
from tests.e2e.outside import Outside, wait_until
from tests.e2e.small_pipelines import EXECUTION, SmallPipeline, SmallPipelines, answer_approval, asking
from tests.e2e.tagged_pipeline import retag
from tests.e2e.verifications import Verifications, name_of

if TYPE_CHECKING:
    from local.account import Account

pytestmark = pytest.mark.e2e

REGION = "eu-west-1"
VICTIM, INTRUDER = "foreign-victim", "foreign-intruder"


@pytest.fixture(scope="module")
def pipelines(account: Account) -> SmallPipelines:
    """Everybody's role may deploy, and invoke the gate."""
    return SmallPipelines.prepare(Outside(account.describe()), "foreign", [REGION], account.outputs)


@pytest.fixture(scope="module")
def victim(pipelines: SmallPipelines) -> SmallPipeline:
    """A pipeline that rolls back by itself; its release is deployed and waits, before its gate, for a person."""
    deploys = pipelines.deploying({})
    *actions, gate = deploys["actions"]
    proving = {"name": "Prove", "actions": [{**gate, "runOrder": 1}]}
    pipeline = pipelines.create(VICTIM, {"name": "World", "actions": actions}, asking(), proving)
    retag(pipeline, rollback="auto")
    return pipeline


def _harmful(execution: str) -> dict[str, Any]:
    """UserParameters that name the victim's release, and a check that fails."""
    gone = {"kind": "ecs-service", "cluster": "mine", "service": "gone", "region": REGION}
    return {"pipeline": VICTIM, "execution": execution, "stage": "World", "checks": [gone]}


def _invoke(account: Account, outside: Outside, job: str, parameters: dict[str, Any]) -> Any:
    """Invoke the gate directly, as whoever has GateInvocationPolicy can."""
    gate = account.outputs["GateFunctionName"]
    configuration = {"FunctionName": gate, "UserParameters": json.dumps(parameters)}
    data = {"actionConfiguration": {"configuration": configuration}}
    event = {"CodePipeline.job": {"id": job, "accountId": "111122223333", "data": data}}
    return outside.client("lambda", HOME_REGION).invoke(FunctionName=gate, Payload=json.dumps(event).encode())


@pytest.mark.usefixtures("unrefused")
def test_f65_neither_an_own_rule_nor_a_direct_call_speaks_for_another_pipeline(
    account: Account, outside: Outside, pipelines: SmallPipelines, victim: SmallPipeline
) -> None:
    execution, done = victim.first, Verifications(outside, account.outputs["VerifyStateMachineArn"])
    ledger = LedgerVerdicts(outside, account.outputs["LedgerTableName"], victim, execution)
    harmful = _harmful(execution)

    wait_until(lambda: victim.actions(execution)[-1] == ("Sign-off", "InProgress"), "the question")

    # a direct call with a job that was made up
    assert "FunctionError" not in _invoke(account, outside, "99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee", harmful)
    # a rule of one's own, in a pipeline that deploys nothing
    intruder = pipelines.create(INTRUDER, asking(beforeEntry=pipelines.gate_rule("FAIL", **harmful)))
    assert intruder.ended(intruder.first) == "Failed"
    assert intruder.rules(intruder.first) == [("Gate", "Failed")]
    assert not [name for name in ledger.facts if name.startswith("verdict/")]

    answer_approval(victim, execution, "Approved", "go")
    assert victim.ended(execution) == "Succeeded"
    done.ended(name_of(execution, "Prove"))
    judges = {name.split("/", 3)[-1] for name in ledger.facts if name.startswith("verdict/World/")}
    assert judges == {"Prove/Verify"}
    assert ledger.seen(REGION, "Prove/Verify")["ecs-service"][0] == "PASS"
    assert not [name for name in ledger.facts if name.startswith("rollback/")]


@pytest.mark.usefixtures("unrefused")
def test_a_rule_of_the_pipelines_own_is_believed(account: Account, outside: Outside, pipelines: SmallPipelines) -> None:
    name = "foreign-own"
    rule = pipelines.gate_rule("FAIL", pipeline=name, execution=EXECUTION, stage="World")
    pipeline = pipelines.create(name, pipelines.deploying(onSuccess=rule))
    assert pipeline.ended(pipeline.first) == "Succeeded"
    ledger = LedgerVerdicts(outside, account.outputs["LedgerTableName"], pipeline, pipeline.first)
    assert ledger.seen(REGION, "World/rule Gate")["ecs-service"][0] == "PASS"
