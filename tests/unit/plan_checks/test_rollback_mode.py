from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosscheck.pipelines.definition import StageDefinition
from plan_checks.rollback_mode import (
    STALE_SECONDS,
    Mode,
    is_to_go_back,
    left_to_codepipeline,
    rollback_mode,
    without_lift,
)


@pytest.mark.parametrize(
    ("ceiling", "tag", "gate", "mode"),
    [
        (Mode.SUGGEST, "", "", Mode.SUGGEST),
        (Mode.AUTO, "", "", Mode.AUTO),
        (Mode.SUGGEST, "auto", "", Mode.AUTO),
        (Mode.SUGGEST, "", "auto", Mode.AUTO),
        (Mode.AUTO, "auto", "suggest", Mode.SUGGEST),
        (Mode.AUTO, "off", "", Mode.OFF),
        (Mode.AUTO, "off", "auto", Mode.AUTO),
        (Mode.OFF, "auto", "auto", Mode.OFF),
    ],
)
def test_the_gate_prevails_over_the_tag_over_the_parameter_and_off_is_a_ceiling(
    ceiling: Mode, tag: str, gate: str, mode: Mode
) -> None:
    assert rollback_mode(ceiling, tag, (gate,)) is mode


@pytest.mark.parametrize(
    ("circumstances", "mode"),
    [
        ({"is_rollback": True}, Mode.OFF),
        ({"dry_run": True}, Mode.OFF),
        ({"tag": "always"}, Mode.SUGGEST),
        ({"age": STALE_SECONDS + 1}, Mode.SUGGEST),
        ({"age": STALE_SECONDS + 1, "gates": ("off",)}, Mode.OFF),
        ({"age": STALE_SECONDS}, Mode.AUTO),
    ],
)
def test_f11_what_is_late_unclear_or_a_rollback_itself_is_never_taken_back(
    circumstances: dict[str, Any], mode: Mode
) -> None:
    assert rollback_mode(Mode.AUTO, **circumstances) is mode


def test_of_several_gates_the_most_careful_one_counts() -> None:
    assert rollback_mode(Mode.AUTO, gates=("auto", "", "suggest")) is Mode.SUGGEST
    assert rollback_mode(Mode.AUTO, gates=("", "")) is Mode.AUTO
    assert rollback_mode(Mode.AUTO, tag="off", gates=("auto", "")) is Mode.OFF
    assert rollback_mode(Mode.AUTO, tag="always", gates=("auto", "")) is Mode.SUGGEST


@pytest.mark.parametrize("ceiling", Mode)
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("may_fail", [False, True])
def test_without_a_lift_nothing_is_done_that_the_stack_does_not_allow(
    ceiling: Mode, mode: Mode, may_fail: bool
) -> None:
    order = list(Mode)
    lowered = without_lift(mode, ceiling, may_fail_a_region=may_fail)
    assert order.index(lowered) <= min(order.index(mode), order.index(ceiling))
    assert lowered in ({Mode.OFF, Mode.SUGGEST} if may_fail else {mode, ceiling})


PLAIN = StageDefinition("Plain", ())
BACK, RETRIES = StageDefinition("S", (), on_failure="ROLLBACK"), StageDefinition("S", (), on_failure="RETRY")
CONDITION = StageDefinition("S", (), on_success_rollback=True)


@pytest.mark.parametrize(
    ("failed", "statuses", "goes_back"),
    [
        (PLAIN, {"Failed"}, False),
        (RETRIES, {"Failed"}, False),
        (BACK, {"Succeeded", "Failed"}, True),
        (BACK, {"Succeeded"}, True),
        (CONDITION, {"Succeeded"}, True),
        (CONDITION, {"Succeeded", "InProgress"}, True),
        (CONDITION, {"Succeeded", "Failed"}, False),
        (CONDITION, {"Succeeded", "Abandoned"}, False),
        (replace(CONDITION, on_failure="ROLLBACK"), {"Failed"}, True),
        (replace(CONDITION, on_failure="RETRY"), {"Failed"}, False),
    ],
)
def test_a_condition_of_success_takes_a_stage_back_only_if_no_action_of_it_failed(
    failed: StageDefinition, statuses: set[str], goes_back: bool
) -> None:
    assert is_to_go_back(failed, statuses) is goes_back


@pytest.mark.parametrize(
    ("deployed", "finished", "retried", "left"),
    [
        (BACK, BACK, False, "stage S has its own onFailure ROLLBACK"),
        (BACK, BACK, True, "stage S has its own onFailure ROLLBACK"),
        (BACK, PLAIN, False, ""),
        (CONDITION, CONDITION, False, "a condition of stage S rolls it back"),
        (CONDITION, PLAIN, False, ""),
        (RETRIES, RETRIES, False, "stage S has its own onFailure RETRY"),
        (PLAIN, RETRIES, False, "stage S has its own onFailure RETRY"),
        (PLAIN, RETRIES, True, ""),
        (PLAIN, BACK, False, ""),
    ],
)
def test_stages_that_codepipeline_takes_back_itself_are_left_to_it(
    deployed: StageDefinition, finished: StageDefinition, retried: bool, left: str
) -> None:
    told = left_to_codepipeline(deployed, finished, retried=retried, goes_back=True)
    assert told == (f"{left}: left to CodePipeline" if left else "")


@pytest.mark.parametrize("stage", [PLAIN, BACK, CONDITION, RETRIES])
def test_a_stage_that_codepipeline_does_not_take_back_is_left_to_it_only_for_a_retry(stage: StageDefinition) -> None:
    retries = "stage S has its own onFailure RETRY: left to CodePipeline"
    assert left_to_codepipeline(stage, stage, retried=False, goes_back=False) == (retries if stage is RETRIES else "")
    assert left_to_codepipeline(stage, stage, retried=True, goes_back=False) == ""
