"""The state machine against the code that it calls: names, paths and errors that no other test ties together."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
import yaml

from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger.subjects import Subject
from crosscheck.verification.item import Purpose, VerificationItem, parse_item

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "statemachines" / "verify_release.asl.yaml").read_text()
MACHINE: dict[str, Any] = yaml.safe_load(TEXT)
BRANCH: dict[str, Any] = MACHINE["States"]["Regions"]["ItemProcessor"]
FUNCTIONS = {"${PlanChecks}": "plan_checks", "${CheckRegion}": "check_region", "${ConcludeChecks}": "conclude_checks"}

CHECK = PlannedCheck("ecs-service", "eu-west-1", {"cluster": "c", "service": "s"})
SUBJECT = Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555")
ITEM = VerificationItem(Purpose.STAGE, SUBJECT, "eu-west-1", 1.0, (CHECK,)).to_json()

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


def paths(node: Any) -> Iterator[str]:
    """Every path into the state's input that is read, with its reference to the context left out."""
    match node:
        case dict():
            for key, value in node.items():
                if key in {"States", "ResultPath"}:
                    continue
                yield from paths(value)
        case list():
            for value in node:
                yield from paths(value)
        case str() if node.startswith("$."):
            yield node


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
            assert each["MaxDelaySeconds"] <= 60, name
            assert each["BackoffRate"] >= 1, name


def test_what_is_retried_and_caught_by_name_is_a_class_of_the_function() -> None:
    modules = {"check_region": "check_region.region_check", "plan_checks": "plan_checks.release.plan"}
    for name, task in tasks():
        module = importlib.import_module(modules.get(FUNCTIONS[task["Resource"]], "conclude_checks.region_rollback"))
        for each in (*task["Retry"], *task.get("Catch", ())):
            for error in each["ErrorEquals"]:
                if not error.startswith("States."):
                    assert issubclass(getattr(module, error), Exception), f"{error} of {name}"


def test_the_error_whose_words_conclude_passes_on_is_a_class() -> None:
    from conclude_checks.region_rollback import RollbackRefusedError  # noqa: PLC0415

    from conclude_checks.conclude import _cause  # noqa: PLC0415

    assert _cause(f'{{"errorType": "{RollbackRefusedError.__name__}", "errorMessage": "words"}}') == "words"


def test_what_a_task_is_given_is_what_its_function_reads() -> None:
    handler = (ROOT / "functions" / "conclude_checks" / "handler.py").read_text()
    read = {
        cast("str", node.slice.value)
        for node in ast.walk(ast.parse(handler))
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "event"
        if isinstance(node.slice, ast.Constant)
    }
    given = {key.removesuffix(".$") for _, task in tasks() for key in task.get("Parameters", {})}
    assert given == read


def test_only_tasks_without_parameters_get_the_whole_input() -> None:
    given = {name: set(task.get("Parameters", {})) for name, task in tasks()}
    assert given == {
        "Plan": set(),
        "Unplanned": {"unplanned.$"},
        "Look": set(),
        "TakeBack": {"holder.$", "take_back.$"},
        "Conclude": {"holder.$", "conclude.$"},
    }


def written(machine: dict[str, Any]) -> set[str]:
    return {
        each["ResultPath"].removeprefix("$.")
        for state in machine["States"].values()
        for each in (state, *state.get("Catch", ()))
        if "ResultPath" in each
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


def test_a_stage_that_could_not_go_back_for_now_is_concluded_once_more_for_the_last_time() -> None:
    (caught,) = MACHINE["States"]["Conclude"]["Catch"]
    assert caught == {"ErrorEquals": ["RollbackRefusedError"], "ResultPath": "$.refused", "Next": "Conclude"}
    code = (ROOT / "functions" / "conclude_checks" / "conclude.py").read_text()
    assert '"refused" in verified' in code


def test_what_a_region_reads_is_in_the_item_or_written_by_an_earlier_state() -> None:
    top = {path.removeprefix("$.").split(".")[0] for path in paths(BRANCH["States"])}
    assert top <= set(ITEM) | written(BRANCH)


@pytest.mark.parametrize("looped", ["last", "confirm"])
def test_what_the_state_machine_adds_to_an_item_is_read_by_the_next_look(looped: str) -> None:
    assert looped in written(BRANCH)
    given = {"last": True, "confirm": "PASS"}[looped]
    assert getattr(parse_item({**ITEM, looped: given}), looped) == given


def test_what_is_read_of_an_answer_is_in_it() -> None:
    """``looked`` is the answer of a look, ``taken`` that of taking back, ``concluded`` that of Conclude."""
    found = {path for machine in machines() for path in paths(machine["States"])}
    found |= {path for state in MACHINE["States"].values() for path in paths(state)}
    answers = {
        "looked": {"region", "verdict", "final", "wait"},
        "taken": {"state", "proof"},
        "concluded": {"passed", "failed", "unknown", "proofs"},
        "error": {"Error", "Cause"},
    }
    for path in found:
        head, _, rest = path.removeprefix("$.").partition(".")
        if head in answers:
            assert re.split(r"[.\[]", rest)[0] in answers[head], path


def test_results_have_what_conclude_reads() -> None:
    ends = {name: set(state["Parameters"]) for name, state in BRANCH["States"].items() if state.get("End")}
    always = {"purpose.$", "region.$"}
    assert ends == {
        "Judged": always | {"verdict.$"},
        "TakenBack": always | {"verdict.$", "taken.$"},
        "NotBegun": always | {"verdict.$", "taken", "cause.$"},
        "Unjudged": always,
    }


def test_every_substitution_is_made_by_the_template_and_used() -> None:
    template = (ROOT / "template.yaml").read_text()
    made = re.search(r"DefinitionSubstitutions:\n((?: {8}\w+: !GetAtt \w+\.Arn\n)+)", template)
    assert made
    used = set(re.findall(r"\$\{(\w+)\}", TEXT))
    assert set(re.findall(r"(\w+): !GetAtt", made[1])) == used
    assert {f"${{{name}}}" for name in used} == set(FUNCTIONS)


def test_a_proof_takes_the_place_of_the_item_and_is_looked_at() -> None:
    prove, again = BRANCH["States"]["Prove"], MACHINE["States"]["ProveStages"]
    assert (prove["InputPath"], prove["Next"]) == ("$.taken.proof", "Look")
    assert "ResultPath" not in prove
    assert (again["Parameters"]["regions.$"], again["Next"]) == ("$.concluded.proofs", "Regions")


def test_no_region_waits_for_another() -> None:
    """33 regions of a stage at once; Step Functions runs at most 40 branches of an inline Map."""
    regions = MACHINE["States"]["Regions"]
    assert (regions["MaxConcurrency"], regions["ItemProcessor"]["ProcessorConfig"]) == (40, {"Mode": "INLINE"})


def test_33_regions_whose_looks_never_end_stay_below_the_history_limit() -> None:
    """25,000 events: a look of a task is three events and the entry, every other state two."""
    look, back = BRANCH["States"]["Look"], BRANCH["States"]["TakeBack"]
    looks = sum(each["MaxAttempts"] for each in look["Retry"])
    tries = sum(each["MaxAttempts"] for each in back["Retry"])
    others = 2 * len(BRANCH["States"])
    per_region = 2 * (3 * looks + 2) + 3 * tries + 2 + others
    assert 33 * per_region < 25_000
