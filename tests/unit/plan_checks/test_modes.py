from __future__ import annotations

from typing import Any

import pytest

from crosscheck.pipelines import StageDefinition
from plan_checks.modes import STALE_SECONDS, Circumstances, Mode, left_to_codepipeline, mode_of


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
    assert mode_of(Circumstances(ceiling, tag, (gate,))) is mode


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
    assert mode_of(Circumstances(Mode.AUTO, **circumstances)) is mode


def test_of_several_gates_the_most_careful_one_counts() -> None:
    assert mode_of(Circumstances(Mode.AUTO, gates=("auto", "", "suggest"))) is Mode.SUGGEST
    assert mode_of(Circumstances(Mode.AUTO, gates=("", ""))) is Mode.AUTO


PLAIN = StageDefinition("Plain", ())
BACK, RETRIES = StageDefinition("S", (), on_failure="ROLLBACK"), StageDefinition("S", (), on_failure="RETRY")
CONDITION = StageDefinition("S", (), on_success_rollback=True)


@pytest.mark.parametrize(
    ("deployed", "finished", "attempt", "left"),
    [
        (PLAIN, PLAIN, 1, ""),
        (StageDefinition("S", (), on_failure="FAIL"), PLAIN, 1, ""),
        (BACK, BACK, 1, "stage S has its own onFailure ROLLBACK"),
        (BACK, PLAIN, 2, "stage S has its own onFailure ROLLBACK"),
        (CONDITION, PLAIN, 1, "a condition of stage S rolls it back"),
        (RETRIES, RETRIES, 1, "stage S has its own onFailure RETRY"),
        (PLAIN, RETRIES, 0, "stage S has its own onFailure RETRY"),
        (PLAIN, RETRIES, 2, ""),
        (PLAIN, BACK, 1, ""),
    ],
)
def test_stages_that_codepipeline_takes_back_itself_are_left_to_it(
    deployed: StageDefinition, finished: StageDefinition, attempt: int, left: str
) -> None:
    told = left_to_codepipeline(deployed, finished, attempt)
    assert told == (f"{left}: left to CodePipeline" if left else "")
