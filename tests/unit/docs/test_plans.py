"""docs/plans.md says what the code does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines import parameters
from crosscheck.pipelines.definition import parse_definition
from crosscheck.pipelines.parameters import Parameters, parse_document
from crosscheck.pipelines.runs import ActionRun
from crosscheck.pipelines.scope import Position, scope
from crosscheck.plans.plan import make_plan
from tests.unit.docs.markdown import ROOT, document, fenced, json_blocks, quoted, section, table

PLANS_MD = "plans.md"
EXAMPLE = section(PLANS_MD, "## Example: somebody's pipeline")


def test_the_keys_are_those_of_the_code_with_what_they_take() -> None:
    rows = table(section(PLANS_MD, "## Keys"))
    assert [quoted(row[0]) for row in rows] == [[key] for key in parameters._KEYS]
    for row, spec in zip(rows, parameters._KEYS.values(), strict=True):
        assert row[1].startswith(spec[0])


@pytest.mark.parametrize("key", ["soak_minutes", "deadline_minutes", "failure_limit", "on_inconclusive", "dry_run"])
def test_the_defaults_are_those_of_the_code(key: str) -> None:
    [told] = [row[2] for row in table(section(PLANS_MD, "## Keys")) if quoted(row[0]) == [key]]
    default = getattr(Parameters(), key)
    assert told == (f"{default:g}" if isinstance(default, float) else str(default).lower())


def test_the_tags_are_those_that_are_read() -> None:
    told = {quoted(row[0])[0] for row in table(section(PLANS_MD, "## Where it is told"), 1)}
    assert told == {parameters.TAG_PREFIX + name for name in parameters.Tags.__dataclass_fields__}
    assert told <= set(quoted((ROOT / "README.md").read_text()))


def test_errors_read_as_they_are_quoted() -> None:
    unknown, wrong, strange = fenced(section(PLANS_MD, "## Errors"), "text")[0].splitlines()
    with pytest.raises(ConfigurationError) as first:
        parse_document('{"soak_minuets": 5}', "UserParameters")
    with pytest.raises(ConfigurationError) as second:
        parse_document('{"deadline_minutes": 1441}', "the plan")
    with pytest.raises(ConfigurationError) as third:
        _plan([{"kind": "metric", "namespace": "N", "metric": "m", "treshold": 1}])
    assert str(first.value).startswith(unknown.removesuffix("…"))
    assert str(second.value) == wrong
    assert str(third.value).startswith(strange.removesuffix("…"))


def test_the_example_gets_the_plan_that_is_shown() -> None:
    _, told = json_blocks(EXAMPLE)
    plan = _plan(parse_document(json.dumps(told), "the plan")["checks"])
    shown = [(region, quoted(kind)[0], target) for region, kind, target, _ in table(EXAMPLE)]
    assert sorted((check.region, check.kind, check.target) for check in plan.checks) == sorted(shown)
    for check in plan.checks:
        [how] = [row[3] for row in table(EXAMPLE) if (row[0], quoted(row[1])[0]) == (check.region, check.kind)]
        assert how == ("derived" if check.run else "asked for") or check.unsupported.startswith(
            how.removeprefix("unknown: ")
        )


def test_the_limits_are_told() -> None:
    assert f"at most {parameters.DOCUMENT_LIMIT:,} characters" in document(PLANS_MD)
    assert f"at most {parameters.QUOTED} characters" in document(PLANS_MD)


def _plan(entries: list[dict[str, Any]]) -> Any:
    """The plan of the document's pipeline, all of whose actions have run."""
    definition = parse_definition(json_blocks(EXAMPLE)[0], "eu-central-1")  # type: ignore[arg-type]  # as GetPipeline gives it
    chosen = scope(definition, Position(), "Release", ())
    runs = {
        (action.stage, action.name): ActionRun(action.stage, action.name, "Succeeded", 1.0, action.configuration)
        for action in chosen.actions
    }
    return make_plan(chosen, runs, entries)
