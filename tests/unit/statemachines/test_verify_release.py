"""The state machine against the code that it calls: names, paths and errors that no other test ties together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

import check_region.handler
import conclude_checks.handler
import plan_checks.handler
import roll_back.handler
from conclude_checks.conclude import _cause
from crosscheck.pipelines.parameters import Parameters
from crosscheck.verification.engine import Limits, seconds_to_next_look
from crosscheck.verification.item import ROLLBACK_SECONDS
from crosscheck.verification.progress import Progress
from plan_checks.release.limits import EVENTS_OF_A_LOOK, LEAST, longest_wait
from roll_back.log import RollbackRefusedError
from tests.fakes.json_protocol import SESSION
from tests.template.expanded import resources

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "statemachines" / "verify_release.asl.yaml").read_text()
MACHINE: dict[str, Any] = yaml.safe_load(TEXT)
BRANCH: dict[str, Any] = MACHINE["States"]["Regions"]["ItemProcessor"]
HANDLERS = {
    "${PlanChecks}": plan_checks.handler,
    "${CheckRegion}": check_region.handler,
    "${RollBack}": roll_back.handler,
    "${ConcludeChecks}": conclude_checks.handler,
}
# boto3's errors have the names of the service's.
CODEPIPELINE = SESSION.client("codepipeline")
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
HISTORY_LIMIT = 25_000

type States = dict[str, dict[str, Any]]


def machines() -> list[dict[str, Any]]:
    return [MACHINE, BRANCH]


def tasks() -> Iterator[tuple[str, dict[str, Any]]]:
    for machine in machines():
        yield from ((name, state) for name, state in machine["States"].items() if state["Type"] == "Task")


def following(state: dict[str, Any]) -> set[str]:
    """The states that may come next."""
    named = [state, *state.get("Choices", ()), *state.get("Catch", ())]
    return {each["Next"] for each in named if "Next" in each} | ({state["Default"]} if "Default" in state else set())


@pytest.mark.parametrize("machine", machines(), ids=["releases", "regions"])
def test_every_state_that_is_named_exists_and_every_state_is_reached(machine: dict[str, Any]) -> None:
    states: States = machine["States"]
    reached, ahead = set(), {machine["StartAt"]}
    while ahead:
        name = ahead.pop()
        assert name in states, name
        reached.add(name)
        ahead |= following(states[name]) - reached
    assert reached == set(states)


@pytest.mark.parametrize("machine", machines(), ids=["releases", "regions"])
def test_every_state_goes_on_or_ends(machine: dict[str, Any]) -> None:
    for name, state in machine["States"].items():
        ends = state.get("End") is True or state["Type"] in {"Succeed", "Fail"}
        assert ends is not bool(following(state)), name
        assert (state["Type"] == "Choice") <= ("Default" in state), name


def test_every_task_is_tried_again_and_ends_in_words() -> None:
    """A region's task that fails for good must not take the others' verdicts; Conclude is the last word itself."""
    for name, task in tasks():
        assert [each["ErrorEquals"] for each in task["Retry"]][-1] == ["States.ALL"], name
        if name in BRANCH["States"]:
            assert [each["ErrorEquals"] for each in task["Catch"]][-1] == ["States.ALL"], name
            assert all(each["ResultPath"] not in {"$", None} for each in task["Catch"]), name


def test_retries_end() -> None:
    for name, task in tasks():
        for each in task["Retry"]:
            assert each["MaxAttempts"] <= 40, name
            if each["MaxAttempts"]:
                assert each["MaxDelaySeconds"] <= 60, name
                assert each["BackoffRate"] >= 1, name


def test_what_is_retried_and_caught_by_name_is_an_error_that_exists() -> None:
    for name, task in tasks():
        for each in (*task["Retry"], *task.get("Catch", ())):
            for error in each["ErrorEquals"]:
                known = vars(HANDLERS[task["Resource"]]).get(error) or getattr(CODEPIPELINE.exceptions, error, None)
                assert error.startswith("States.") or (known and issubclass(known, Exception)), f"{error} of {name}"


def test_the_error_whose_words_conclude_passes_on_is_a_class() -> None:
    assert _cause(f'{{"errorType": "{RollbackRefusedError.__name__}", "errorMessage": "words"}}') == "words"


def test_what_a_task_is_given_is_what_its_function_reads() -> None:
    """A task without parameters gives its whole input."""
    given = {name: set(task.get("Parameters", {})) for name, task in tasks()}
    assert given == {
        "Plan": set(),
        "Unplanned": {"unplanned.$"},
        "Look": set(),
        "RollBack": {"holder.$", "item.$"},
        "Conclude": {"conclude.$"},
    }


def test_a_plan_that_cannot_be_made_is_told_and_fails() -> None:
    caught = MACHINE["States"]["Plan"]["Catch"][-1]
    assert (caught["Next"], caught["ResultPath"]) == ("Unplanned", "$.error")
    choice = MACHINE["States"][MACHINE["States"]["Unplanned"]["Next"]]
    assert MACHINE["States"][choice["Default"]]["Type"] == "Fail"


def test_a_pipeline_that_was_deleted_meanwhile_is_no_alarm() -> None:
    """The error's name is its class: that of botocore's, as plan_checks lets it out."""
    errors = boto3.client("codepipeline", region_name="us-east-1").exceptions
    choices = MACHINE["States"][MACHINE["States"]["Unplanned"]["Next"]]["Choices"]
    found = {each["StringEquals"]: each["Next"] for each in choices if each["Variable"] == "$.error.Error"}
    gone = (errors.PipelineNotFoundException, errors.PipelineExecutionNotFoundException)
    assert found == {error.__name__: "NothingToVerify" for error in gone}
    assert MACHINE["States"]["NothingToVerify"]["Type"] == "Succeed"


def test_f58_a_function_that_is_throttled_to_zero_is_tried_for_minutes() -> None:
    for name, task in tasks():
        last = task["Retry"][-1]
        waits = [min(last["IntervalSeconds"] * last["BackoffRate"] ** n, last["MaxDelaySeconds"]) for n in range(99)]
        assert sum(waits[: last["MaxAttempts"]]) >= 180, name


def test_an_outage_of_ten_minutes_leaves_no_region_unverified() -> None:
    """The ledger's, say: every task is tried once more after it, and so is every event that could not be recorded."""
    for name, task in tasks():
        last = task["Retry"][-1]
        waits = [min(last["IntervalSeconds"] * last["BackoffRate"] ** n, last["MaxDelaySeconds"]) for n in range(99)]
        assert sum(waits[: last["MaxAttempts"]]) > 600, name
    queue = resources("AWS::SQS::Queue")["EventsQueue"]
    receives = queue["RedrivePolicy"]["maxReceiveCount"]
    assert (receives - 1) * queue["VisibilityTimeout"] > 600
    assert queue["MessageRetentionPeriod"] > receives * queue["VisibilityTimeout"]


def test_every_substitution_is_made_by_the_template_and_used() -> None:
    template = (ROOT / "template.yaml").read_text()
    made = re.search(r"DefinitionSubstitutions:\n((?: {8}\w+: !GetAtt \w+\.Arn\n)+)", template)
    assert made
    used = set(re.findall(r"\$\{(\w+)\}", TEXT))
    assert set(re.findall(r"(\w+): !GetAtt", made[1])) == used
    assert {f"${{{name}}}" for name in used} == set(HANDLERS)


def test_no_region_waits_for_another() -> None:
    """33 regions of a stage at once; Step Functions runs at most 40 branches of an inline Map."""
    regions = MACHINE["States"]["Regions"]
    assert (regions["MaxConcurrency"], regions["ItemProcessor"]["ProcessorConfig"]) == (40, {"Mode": "INLINE"})


def events(state: Mapping[str, Any]) -> int:
    """Entering and leaving a state; a task is scheduled, started and ended besides."""
    return 5 if state["Type"] == "Task" else 2


def test_a_look_costs_as_many_events_as_its_plan_reckons_with() -> None:
    assert sum(events(BRANCH["States"][name]) for name in ("Look", "Looked", "LookLater")) == EVENTS_OF_A_LOOK


@pytest.mark.parametrize("failure_limit", [0, 100])
@pytest.mark.parametrize("minutes", [0.0, 30.0, 360.0, 1_440.0])
def test_33_regions_whose_looks_take_longest_stay_below_the_history_limit(minutes: float, failure_limit: int) -> None:
    """Each is pending, or tolerably failing, until the deadline, passes until just before the end, fails, and is rolled
    back; every task of a region is throttled once as often as it is tried again."""
    limits = LEAST.planned(Parameters(deadline_minutes=minutes, soak_minutes=minutes, failure_limit=failure_limit))
    longest = longest_wait(limits, 33)
    reached = looks_until(limits.deadline, Progress(0.0, fails={"check": 2} if failure_limit else {}), limits, longest)
    soaked = looks_until(limits.soak, Progress(0.0, look=reached, pass_since=0.0), limits, longest)
    back = looks_until(ROLLBACK_SECONDS, Progress(0.0), Limits(deadline=ROLLBACK_SECONDS), longest)
    tries = sum(3 * each["MaxAttempts"] for name in ("Look", "RollBack") for each in BRANCH["States"][name]["Retry"])
    others = sum(map(events, BRANCH["States"].values()))
    assert 33 * ((soaked + back) * EVENTS_OF_A_LOOK + tries + others) < HISTORY_LIMIT


def looks_until(end: float, progress: Progress, limits: Limits, longest: float) -> int:
    """How many looks a region has had when so many seconds are over."""
    now = 0.0
    while now < end:
        progress = replace(progress, look=progress.look + 1)
        now += seconds_to_next_look(progress, limits, longest, now)
    return progress.look
