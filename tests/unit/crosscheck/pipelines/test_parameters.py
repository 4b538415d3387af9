from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.parameters import Parameters, parse_parameters
from tests.fakes.json_protocol import SESSION

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

EXECUTION = "11111111-2222-4333-8444-555555555555"


def no_ssm() -> SSMClient:
    raise AssertionError("no plan is named")


def parsed(**values: Any) -> Parameters:
    return parse_parameters(json.dumps(values), no_ssm)


@pytest.mark.parametrize("text", ["", "  ", "{}"])
def test_nothing_is_needed(text: str) -> None:
    assert parse_parameters(text, no_ssm) == Parameters()


def test_everything_is_read() -> None:
    parameters = parsed(
        pipeline="p",
        execution=EXECUTION,
        stage="Deploy",
        regions=["eu-west-1", "ap-southeast-1"],
        checks=[{"kind": "ecs-service"}],
        soak_minutes=0.5,
        deadline_minutes=2,
        failure_limit=1,
        on_inconclusive="pass",
        dry_run=True,
        rollback="off",
    )
    assert parameters.regions == ("ap-southeast-1", "eu-west-1")
    assert (parameters.soak_minutes, parameters.deadline_minutes, parameters.failure_limit) == (0.5, 2.0, 1)
    assert (parameters.on_inconclusive, parameters.dry_run) == ("pass", True)
    assert parameters.checks == ({"kind": "ecs-service"},)


def test_regions_may_be_one_string() -> None:
    assert parsed(regions="eu-west-1, us-gov-west-1").regions == ("eu-west-1", "us-gov-west-1")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pipeline", "a b"),
        ("pipeline", 5),
        ("execution", "#{codepipeline.PipelineExecutionId}"),
        ("stage", ""),
        ("regions", ""),
        ("regions", []),
        ("regions", ["secret-value"]),
        ("regions", [1]),
        ("checks", {}),
        ("checks", ["x"]),
        ("plan", "/elsewhere/secret-value"),
        ("plan", "/crosscheck/plans/"),
        ("soak_minutes", "1"),
        ("soak_minutes", -1),
        ("soak_minutes", 1441),
        ("soak_minutes", True),
        ("deadline_minutes", None),
        ("failure_limit", 0.5),
        ("failure_limit", 101),
        ("on_inconclusive", "secret-value"),
        ("dry_run", "true"),
        ("rollback", "always"),
    ],
)
def test_f19_a_wrong_value_is_refused_with_its_key_and_never_quoted(key: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=f"UserParameters: {key} must be ") as caught:
        parsed(**{key: value})
    assert "secret-value" not in str(caught.value)


@pytest.mark.parametrize("mode", ["off", "suggest", "auto"])
def test_rollback_is_a_mode_and_left_open_where_nothing_is_said(mode: str) -> None:
    assert parsed(rollback=mode).rollback == mode
    assert not parsed().rollback


def test_f19_an_unknown_key_is_named_up_to_forty_characters() -> None:
    with pytest.raises(ConfigurationError, match=f"unknown key '{'k' * 40}'; the keys are: pipeline, ") as caught:
        parsed(**{"k" * 50: "secret-value"})
    assert "secret-value" not in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", "3", '"x"', "[" * 9_000, "x" * 10_001])
def test_f19_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="UserParameters: "):
        parse_parameters(text, no_ssm)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.text(max_size=9))
names = st.sampled_from(["pipeline", "regions", "checks", "soak_minutes", "failure_limit", "dry_run", "x"])


@given(st.text(max_size=99) | st.dictionaries(names, values).map(json.dumps))
def test_f19_any_text_is_read_or_refused(text: str) -> None:
    try:
        parameters = parse_parameters(text, no_ssm)
    except ConfigurationError:
        return
    assert 0 <= parameters.deadline_minutes <= 24 * 60


@pytest.fixture
def ssm() -> Any:
    with mock_aws():
        yield SESSION.client("ssm", region_name="us-east-1")


def planned(ssm: SSMClient, plan: str, kind: Any = "String", **own: Any) -> Parameters:
    ssm.put_parameter(Name="/crosscheck/plans/a", Value=plan, Type=kind)
    return parse_parameters(json.dumps({"plan": "/crosscheck/plans/a", **own}), lambda: ssm)


def test_own_keys_prevail_over_the_plan(ssm: SSMClient) -> None:
    parameters = planned(ssm, '{"soak_minutes": 5, "deadline_minutes": 9}', soak_minutes=1)
    assert (parameters.soak_minutes, parameters.deadline_minutes) == (1.0, 9.0)


def test_a_plan_that_is_secret_is_never_decrypted(ssm: SSMClient) -> None:
    with pytest.raises(ConfigurationError, match="of type String"):
        planned(ssm, "{}", "SecureString")


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ('{"sock_minutes": 5}', "the plan: unknown key 'sock_minutes'"),
        ('{"plan": "/crosscheck/plans/b"}', "cannot name another plan"),
        ("planted-secret", "the plan: not JSON"),
    ],
)
def test_a_wrong_plan_is_refused(ssm: SSMClient, plan: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        planned(ssm, plan)
    assert "planted-secret" not in str(caught.value)


def test_a_plan_that_is_absent_is_named_with_its_region(ssm: SSMClient) -> None:
    with pytest.raises(ConfigurationError, match="no SSM parameter of that name in us-east-1"):
        parse_parameters('{"plan": "/crosscheck/plans/none"}', lambda: ssm)
