"""docs/checks.md says what the code does."""

from __future__ import annotations

import re

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.definition import parse_definition
from crosscheck.pipelines.runs import ActionRun
from crosscheck.pipelines.scope import Position, scope
from crosscheck.plans.added import added_checks
from crosscheck.registry.rollbacks import ROLLBACKS
from crosscheck.registry.services import CHECKS, DEPLOY_PROVIDERS, EVERY_CHECK
from crosscheck.services.cloudformation.check import NOTHING_DEPLOYED
from tests.fakes.codepipeline_release import action
from tests.unit.docs.markdown import document, json_blocks, quoted, rights, section, table
from tests.unit.docs.policies import actions_of

CHECKS_MD = "checks.md"
REGIONS = ("eu-central-1", "us-east-1")
STAGE = {"name": "Deploy", "actions": [action(f"To-{region}", "Deploy", "ECS", region) for region in REGIONS]}
PIPELINE = parse_definition({"name": "p", "stages": [STAGE]}, "us-east-1")  # type: ignore[typeddict-item]  # as GetPipeline gives it
SCOPE = scope(PIPELINE, Position(), "Deploy", ())
RUN = ActionRun("Deploy", "Service", "Succeeded", 1.0)
SERVICES = [PlannedCheck("ecs-service", region, {"cluster": "c", "service": "s"}, RUN) for region in REGIONS]

OVERVIEW = section(CHECKS_MD, "## The checks and what they prove")
PROVIDERS = section(CHECKS_MD, "## Derived from the pipeline's definition")


def test_every_check_that_can_be_asked_for_has_its_row() -> None:
    kinds = [quoted(row[0])[0] for row in table(OVERVIEW)]
    assert sorted(kinds) == sorted(CHECKS)
    assert all(len(row) == 3 and all(row) for row in table(OVERVIEW))


def test_every_provider_is_in_the_table_with_the_configuration_that_is_read() -> None:
    told = {quoted(row[0])[0]: (quoted(row[1])[0], quoted(row[2])) for row in table(PROVIDERS)}
    assert told == {name: (each.check, list(each.keys.values())) for name, each in DEPLOY_PROVIDERS.items()}


@pytest.mark.parametrize("row", table(OVERVIEW), ids=lambda row: quoted(row[0])[0])
def test_a_row_names_the_providers_that_its_check_is_derived_from(row: list[str]) -> None:
    [kind] = quoted(row[0])
    assert set(quoted(row[1])) == {name for name, each in DEPLOY_PROVIDERS.items() if each.check == kind}


def test_the_mode_of_cloudformation_without_a_check_is_named() -> None:
    assert NOTHING_DEPLOYED in quoted(PROVIDERS)


@pytest.mark.parametrize("kind", sorted(CHECKS))
def test_a_check_says_what_it_reads_and_what_leads_to_each_verdict(kind: str) -> None:
    told = section(CHECKS_MD, f"### `{kind}`")
    words = re.findall(r"^\*\*(\w+)\*\*(?:: \S.*|\n\n- \S.*)$", told, re.MULTILINE)
    assert words == ["Reads", Verdict.FAIL, Verdict.PENDING, Verdict.INCONCLUSIVE]


@pytest.mark.parametrize("kind", sorted(CHECKS))
def test_the_parameters_are_those_that_the_check_takes(kind: str) -> None:
    rows = table(section(CHECKS_MD, f"### `{kind}`"))
    spec = CHECKS[kind].parameters
    assert [quoted(key) for key, _, _ in rows] == [[key] for key in spec]
    for (key, needed, value), expected in zip(rows, spec.values(), strict=True):
        assert needed == ("yes" if expected.needed else "no"), key
        assert value.startswith(expected.expected.partition(":")[0]), key


@pytest.mark.parametrize("kind", sorted(CHECKS))
def test_the_examples_are_accepted(kind: str) -> None:
    examples = json_blocks(section(CHECKS_MD, f"### `{kind}`"))
    assert examples
    for example in examples:
        assert example["kind"] == kind
        planned = added_checks([example], SCOPE, SERVICES)
        assert {check.kind for check in planned} == {kind}
        assert {check.region for check in planned} == ({example["region"]} if "region" in example else set(REGIONS))


@pytest.mark.parametrize("kind", sorted(EVERY_CHECK.keys() - CHECKS.keys()))
def test_a_check_that_no_plan_asks_for_is_described(kind: str) -> None:
    after = document(CHECKS_MD).partition("\n## Preflight\n")[2]
    assert any(kind in quoted(line) for line in after.splitlines() if line.startswith("|"))


def test_the_rights_are_those_that_the_template_gives() -> None:
    declared = {action for check in EVERY_CHECK.values() for action in check.permissions}
    history = {action for rollback in ROLLBACKS.values() for action in rollback.reads} - declared
    assert rights(document(CHECKS_MD)) == declared
    assert actions_of("CheckPolicy") | actions_of("ServicesPolicy") == (
        declared - {"codepipeline:GetPipelineExecution", "codepipeline:ListPipelineExecutions"} | history
    )
    assert history <= rights(document("rollback.md"))
