"""What is broken, and the tests that have to notice: the rules by which a release is judged, shown and taken back, and
the code at the border to what only runs in AWS."""

from __future__ import annotations

from tests.unit.docs.markdown import ROOT

KERNEL = "layers/crosscheck/crosscheck/"
UNIT = "tests/unit/"
STATE_MACHINE = "statemachines/verify_release.asl.yaml"

_SERVICES = ("alarms", "cloudformation", "codedeploy", "ecr", "ecs", "lambda_", "metric")
_RULES = {f"{KERNEL}services/{name}/rules.py": (f"{UNIT}crosscheck/services/{name}",) for name in _SERVICES}
_JUDGE = (f"{UNIT}crosscheck/verification",)
_RELEASES = (f"{UNIT}crosscheck/releases", f"{UNIT}crosscheck/cards", f"{UNIT}render_widget")

TARGETS: dict[str, tuple[str, ...]] = {
    STATE_MACHINE: (f"{UNIT}statemachines",),
    f"{KERNEL}verification/engine.py": _JUDGE,
    f"{KERNEL}verification/progress.py": (*_JUDGE, f"{UNIT}gate_stage"),
    f"{KERNEL}verification/attribution.py": _JUDGE,
    f"{KERNEL}verification/skips.py": _JUDGE,
    f"{KERNEL}contracts/verdicts.py": (
        *_JUDGE,
        f"{UNIT}crosscheck/contracts",
        f"{UNIT}crosscheck/releases",
        f"{UNIT}crosscheck/registry",
        f"{UNIT}crosscheck/services/cloudformation/test_contents.py",
    ),
    f"{KERNEL}contracts/rollback.py": (
        f"{UNIT}crosscheck/contracts",
        "tests/property/test_every_rollback.py",
        f"{UNIT}roll_back",
        f"{UNIT}crosscheck/services/codepipeline/test_rollback.py",
        f"{UNIT}crosscheck/services/ecs/test_rollback.py",
    ),
    **_RULES,
    f"{KERNEL}services/http/addresses.py": (f"{UNIT}crosscheck/services/http/test_addresses.py",),
    f"{KERNEL}services/window/times.py": (f"{UNIT}crosscheck/services/window",),
    f"{KERNEL}services/ecs/situation.py": (f"{UNIT}crosscheck/services/ecs",),
    f"{KERNEL}services/codepipeline/stage.py": (f"{UNIT}crosscheck/services/codepipeline", f"{UNIT}roll_back"),
    f"{KERNEL}releases/fold.py": (*_RELEASES, "tests/property/test_ledger_merge.py"),
    f"{KERNEL}releases/regions.py": _RELEASES,
    f"{KERNEL}releases/region_verdicts.py": _RELEASES,
    f"{KERNEL}releases/proven.py": (
        f"{UNIT}crosscheck/releases/test_proven.py",
        f"{UNIT}crosscheck/releases/test_strangers.py",
        "tests/property/test_proven_states.py",
        f"{UNIT}crosscheck/test_telemetry.py",
    ),
    f"{KERNEL}ledger/table.py": (f"{UNIT}crosscheck/ledger", "tests/property/test_ledger_merge.py"),
    f"{KERNEL}ledger/states.py": (f"{UNIT}crosscheck/ledger", f"{UNIT}record_events"),
    f"{KERNEL}pipelines/scope.py": (f"{UNIT}crosscheck/pipelines", f"{UNIT}crosscheck/plans"),
    f"{KERNEL}plans/plan.py": (f"{UNIT}crosscheck/plans",),
    f"{KERNEL}plans/derived.py": (f"{UNIT}crosscheck/plans",),
    "functions/plan_checks/rollback_mode.py": (f"{UNIT}plan_checks", f"{UNIT}docs/test_rollback.py"),
    "functions/plan_checks/release/due_regions.py": (f"{UNIT}plan_checks",),
    "functions/roll_back/choice.py": (f"{UNIT}roll_back",),
    "functions/roll_back/region_rollback.py": (
        f"{UNIT}roll_back",
        f"{UNIT}crosscheck/test_telemetry.py",
        f"{UNIT}docs/test_rollback.py",
        "tests/property/test_crashes.py",
    ),
    "functions/conclude_checks/conclude.py": (f"{UNIT}conclude_checks", f"{UNIT}statemachines"),
    "functions/update_card/posted_messages.py": ("tests/integration/update_card", "tests/property/test_crashes.py"),
    "functions/update_card/slack_session.py": (f"{UNIT}update_card",),
    "functions/update_card/publisher.py": (
        "tests/property/test_crashes.py",
        "tests/integration/update_card",
        f"{UNIT}crosscheck/test_telemetry.py",
    ),
    "functions/provision_regions/ownership/current_request.py": (
        f"{UNIT}provision_regions/test_cancelled.py",
        f"{UNIT}provision_regions/test_current_request.py",
    ),
    "functions/handle_interaction/signature.py": (f"{UNIT}handle_interaction", "tests/property/test_interactions.py"),
}


def missing() -> list[str]:
    """The paths of the table that lead nowhere."""
    named = [*TARGETS, *(test for tests in TARGETS.values() for test in tests)]
    return [path for path in named if not (ROOT / path).exists()]
