"""What CloudWatch and the clock say, in the deployed stack: the checks ``alarms``, ``metric`` and ``window``."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.held_stage import held, let_go
from tests.e2e.ledger_verdicts import GATE, LedgerVerdicts
from tests.e2e.outside import Outside, wait_until, words
from tests.e2e.small_pipelines import EXECUTION, SmallPipelines
from tests.e2e.tagged_pipeline import create_tagged, put_plan
from tests.e2e.verifications import said, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.account import Account
    from tests.e2e.small_pipelines import SmallPipeline, Stage

pytestmark = pytest.mark.e2e

EU, AP = "eu-west-1", "ap-southeast-1"
SERVICE, AGED = "watched-service", "aged-service"
MINUTES_AGO = 10


@pytest.fixture(scope="module")
def pipelines(account: Account) -> SmallPipelines:
    return SmallPipelines.prepare(Outside(account.describe()), SERVICE, (EU, AP), account.outputs)


def _gate(**others: Any) -> dict[str, Any]:
    return {"execution": EXECUTION, "deadline_minutes": 1, **others}


def _create(pipelines: SmallPipelines, name: str, stage: Stage, **tags: str) -> SmallPipeline:
    definition = {**pipelines.release, "name": name, "stages": [pipelines.release["stages"][0], stage]}
    return create_tagged(pipelines.own.outside, definition, rollback="off", **tags)


def _verify(pipeline: SmallPipeline, execution: str) -> dict[str, Any]:
    """The gate's run, once it has begun."""
    asked = {"pipelineName": pipeline.name, "filter": {"pipelineExecutionId": execution}}

    def look() -> dict[str, Any]:
        runs = pipeline.client.list_action_executions(**asked)["actionExecutionDetails"]
        return next((run for run in runs if run["actionName"] == "Verify"), {})

    return wait_until(look, "the gate's turn")


def _reason(pipeline: SmallPipeline, execution: str) -> str:
    return str(_verify(pipeline, execution)["output"]["executionResult"]["errorDetails"]["message"])


def _alarm(outside: Outside, region: str, name: str, state: str) -> None:
    """An alarm in that state."""
    client = outside.client("cloudwatch", region)
    more = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 1.0}
    watched = {"Namespace": "Shop", "MetricName": name, "Period": 60, "Statistic": "Sum"}
    client.put_metric_alarm(AlarmName=name, **watched, **more)
    client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="as the test has it")


def _next_second() -> None:
    """The emulator tells an alarm's change in whole seconds; CloudWatch in milliseconds."""
    begun = int(time.time())
    wait_until(lambda: int(time.time()) > begun, "the next second")


@pytest.mark.parametrize("judge", ["gate", "fan-out"])
def test_only_an_alarm_that_goes_off_after_the_deployment_began_counts(
    pipelines: SmallPipelines, outside: Outside, judge: str
) -> None:
    prefix = f"shop-{judge}"
    for region in (EU, AP):
        _alarm(outside, region, f"{prefix}-errors", "OK")
    _alarm(outside, EU, f"{prefix}-disk", "ALARM")
    _next_second()
    checks = [{"kind": "alarms", "prefix": prefix}]
    if judge == "gate":
        pipeline = _create(pipelines, "watched-gate", held(pipelines.deploying(_gate(checks=checks))))
    else:
        plan = put_plan(outside, "alarms", {"checks": checks})
        pipeline = _create(pipelines, "watched-fan-out", held(pipelines.deploying()), plan=plan)
    assert let_go(pipeline, pipeline.first) == "Succeeded"
    settled(outside, pipeline.first, eu_west_1="passed", ap_southeast_1="passed")
    aside = f"{prefix}-disk was in ALARM before the release and is not counted"
    outside.told(pipeline.first, aside, "1 alarm is OK")

    def goes_off() -> None:
        _next_second()
        _alarm(outside, AP, f"{prefix}-errors", "ALARM")

    execution = pipeline.start()
    assert let_go(pipeline, execution, goes_off) == ("Failed" if judge == "gate" else "Succeeded")
    settled(outside, execution, eu_west_1="passed", ap_southeast_1="failed")
    said(outside, execution, f"alarm {prefix}-errors in ALARM since ")
    outside.told(execution, aside)
    if judge == "gate":
        assert _reason(pipeline, execution).startswith(f"FAIL regions={AP}: {AP}: alarm {prefix}-errors in ALARM since")


def _measure(outside: Outside, region: str, before: float, after: float) -> None:
    """One value a minute, before the aged release and since; none for the minutes in which it may yet begin."""
    now = datetime.now(UTC)
    recent = [_point(now - timedelta(minutes=minutes), after) for minutes in range(MINUTES_AGO - 3)]
    past = [_point(now - timedelta(minutes=MINUTES_AGO + minutes), before) for minutes in range(MINUTES_AGO)]
    outside.client("cloudwatch", region).put_metric_data(Namespace="Shop", MetricData=[*recent, *past])


def _point(moment: datetime, value: float) -> dict[str, Any]:
    dimensions = [{"Name": "Service", "Value": AGED}]
    return {"MetricName": "Latency", "Dimensions": dimensions, "Timestamp": moment, "Value": value}


def test_a_metric_is_compared_with_its_values_before_the_release(
    account: Account, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A datapoint counts two to three minutes after the release: this one began ten minutes ago.
    monkeypatch.setattr(account.clock, "now", lambda: time.time() - MINUTES_AGO * 60)
    pipelines = SmallPipelines.prepare(outside, AGED, (EU, AP), account.outputs)
    _measure(outside, EU, before=100, after=110)
    _measure(outside, AP, before=100, after=300)
    metric = {"kind": "metric", "namespace": "Shop", "metric": "Latency", "dimensions": {"Service": AGED}}
    pipeline = _judged(pipelines, "aged-increase", [{**metric, "max_increase": 50}])
    reason = _reason(pipeline, pipeline.first)
    assert reason.startswith(f"FAIL regions={AP}: {AP}: Latency Average: 300 on average, before the release 100")
    seen = LedgerVerdicts(outside, account.outputs["LedgerTableName"], pipeline, pipeline.first).seen(EU, GATE)
    told = "Latency Average: 110 on average over 3 datapoints, before the release 100"
    assert seen["metric"] == ("PASS", told)

    above = _judged(pipelines, "aged-max", [{**metric, "max": 200}])
    assert f"{AP}: Latency Average: 300 is above the max 200 (300, 300, 300)" in _reason(above, above.first)

    silent = _judged(pipelines, "aged-silent", [{**metric, "metric": "Errors", "max": 1, "region": EU}])
    no_data = "Errors Average: no data in 6 complete periods"
    told = f"FAIL regions=: unknown {EU}: {no_data}; passed: {AP}"
    assert _reason(silent, silent.first) == told

    checks = [{**metric, "max": 200}, {**metric, "metric": "Errors", "max": 1, "region": EU}]
    plan = put_plan(outside, "metrics", {"checks": checks})
    fanned = _create(pipelines, "aged-fan-out", pipelines.deploying(), plan=plan)
    settled(outside, fanned.first, eu_west_1="unknown", ap_southeast_1="failed")
    card = words(said(outside, fanned.first, no_data))
    assert "Latency Average: 300 is above the max 200" in card


def _judged(pipelines: SmallPipelines, name: str, checks: Sequence[dict[str, Any]]) -> SmallPipeline:
    """A pipeline whose gate has failed for those checks."""
    pipeline = pipelines.create(name, pipelines.deploying(_gate(checks=checks)))
    assert pipeline.ended(pipeline.first) == "Failed"
    return pipeline


def _window(opens: datetime, closes: datetime) -> dict[str, Any]:
    return {"checks": [{"kind": "window", "timezone": "UTC", "open": f"{opens:%H:%M}", "close": f"{closes:%H:%M}"}]}


def test_a_closed_window_is_waited_for_beyond_the_deadline(
    pipelines: SmallPipelines, account: Account, outside: Outside
) -> None:
    now, hours = datetime.now(UTC), timedelta(hours=8)
    plan = put_plan(outside, "window", _window(now + hours, now + 2 * hours))
    seconds = 3.0
    pipeline = pipelines.create("watched-window", pipelines.deploying(_gate(plan=plan, deadline_minutes=seconds / 60)))
    begun = _verify(pipeline, pipeline.first)["startTime"].timestamp()
    wait_until(lambda: time.time() > begun + 2 * seconds, "twice the deadline")
    waiting = f"{AP}: the window is closed; opens {now + hours:%a %H:%M} UTC"
    wait_until(lambda: waiting in _summary(pipeline), waiting)
    assert pipeline.status(pipeline.first) == "InProgress"

    put_plan(outside, "window", _window(now - hours, now + hours))
    assert pipeline.ended(pipeline.first) == "Succeeded"
    seen = LedgerVerdicts(outside, account.outputs["LedgerTableName"], pipeline, pipeline.first).seen(AP, GATE)
    assert seen["window"] == ("PASS", f"the window is open until {now + hours:%a %H:%M} UTC ({now + hours:%H:%M} UTC)")


def _summary(pipeline: SmallPipeline) -> str:
    result = _verify(pipeline, pipeline.first).get("output", {}).get("executionResult", {})
    return str(result.get("externalExecutionSummary", ""))
