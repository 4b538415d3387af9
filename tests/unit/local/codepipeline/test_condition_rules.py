"""What CreatePipeline refuses of stage conditions."""

from typing import Any

import pytest

from local.aws_json.errors import ApiError
from local.codepipeline.definition_rules import check_definition
from tests.unit.local.codepipeline.harness import HOME, Wire
from tests.unit.local.codepipeline.wires import (
    condition,
    git_source,
    invoke,
    lambda_rule,
    pipeline,
    rule,
    variable_rule,
    with_stage,
)


def gated(number: int = 1, **conditions: Any) -> Wire:
    return with_stage(pipeline([git_source()], [invoke()]), number, **conditions)


def alarm(**configuration: str) -> Wire:
    return rule("Alarm", "CloudWatchAlarm", {"AlarmName": "errors"} | configuration)


def window(cron: str, **more: str) -> Wire:
    return rule("Window", "DeploymentWindow", {"Cron": cron} | more)


@pytest.mark.parametrize(
    "wire",
    [
        gated(beforeEntry=condition("SKIP", lambda_rule(), variable_rule("#{variables.a}", "b", "MATCHES"))),
        gated(onSuccess=condition("ROLLBACK", alarm(AlarmStates="ALARM,INSUFFICIENT_DATA", WaitTime="20"))),
        gated(onFailure={"result": "RETRY", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}}),
        gated(onFailure=condition("ROLLBACK", window("* * 22-23 ? * MON-FRI *", TimeZone="Europe/London"))),
        gated(onFailure={"result": "FAIL"}),
    ],
)
def test_good_conditions_pass(wire: Wire) -> None:
    check_definition(wire, HOME)


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (gated(beforeEntry=condition("ROLLBACK", lambda_rule())), "must be one of FAIL, SKIP, not ROLLBACK"),
        (gated(onSuccess=condition("RETRY", lambda_rule())), "must be one of FAIL, ROLLBACK, not RETRY"),
        (gated(onFailure=condition("SKIP", lambda_rule())), "must be one of FAIL, RETRY, ROLLBACK, not SKIP"),
        (gated(onFailure={}), "must have a result"),
        (gated(0, onFailure={"result": "ROLLBACK"}), "a source stage cannot be rolled back"),
        (gated(onFailure={"result": "ROLLBACK"}) | {"executionMode": "PARALLEL"}, "PARALLEL"),
        (gated(onFailure={"result": "FAIL", "retryConfiguration": {}}), "only for the result RETRY"),
        (gated(beforeEntry=condition("FAIL", lambda_rule(), lambda_rule())), "'Check' is repeated"),
        (gated(beforeEntry=condition("FAIL", rule("B", "CodeBuild", {}))), "CodeBuild is not in the local account"),
        (gated(beforeEntry=condition("FAIL", rule("C", "Commands", {}, commands=["ls"]))), "Commands is not in"),
        (gated(beforeEntry=condition("FAIL", rule("N", "Nomad", {}))), "no rule type Nomad"),
        (gated(beforeEntry=condition("FAIL", lambda_rule(region="nowhere-9"))), "in this region"),
        (gated(beforeEntry=condition("FAIL", rule("L", "LambdaInvoke", {}))), "missing FunctionName"),
        (gated(beforeEntry=condition("FAIL", alarm(Nope="x"))), "unknown configuration 'Nope'"),
        (gated(beforeEntry=condition("FAIL", alarm(WaitTime="soon"))), "a number of minutes"),
        (gated(beforeEntry=condition("FAIL", alarm(AlarmStates="RED"))), "ALARM, OK, INSUFFICIENT_DATA"),
        (gated(beforeEntry=condition("FAIL", variable_rule("a", "b", "GT"))), "EQ, NE, CONTAINS, MATCHES"),
        (gated(beforeEntry=condition("FAIL", window("* 0 22 L * ?"))), "L in the field day-of-month is not in"),
        (gated(beforeEntry=condition("FAIL", window("* * * ? * *", TimeZone="Mars/Base"))), "no such time zone"),
        (
            gated(beforeEntry=condition("FAIL", alarm() | {"inputArtifacts": [{"name": "Source"}]})),
            "at most 0 input artifacts",
        ),
    ],
)
def test_refused(wire: Wire, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        check_definition(wire, HOME)
    assert refused.value.code == "InvalidStageDeclarationException"
    assert words in refused.value.message


def test_conditions_are_for_version_two() -> None:
    wire = gated(onFailure={"result": "ROLLBACK"}) | {"pipelineType": "V1", "executionMode": "SUPERSEDED"}
    with pytest.raises(ApiError, match="type V2"):
        check_definition(wire, HOME)
