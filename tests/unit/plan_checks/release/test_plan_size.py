"""Step Functions carries at most 256 KB from one state to the next; a plan that is larger ends the verification."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3

from crosscheck.contracts.verdicts import Finding, Verdict
from tests.fakes.codepipeline_plans import deploys, source, stage

if TYPE_CHECKING:
    from tests.unit.plan_checks.conftest import Account

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
LIMIT = 256 * 1024
# The longest result of an item: what the Map gathers beside the items, when all of it goes to conclude_checks.
RESULT = {"purpose": "rollback", "region": "ap-southeast-1", "verdict": "INCONCLUSIVE", "taken": "moved on"}
HALF_KILOBYTE = "x" * 500


def regions() -> list[str]:
    """33 regions, as many as CodePipeline may ever deploy to at once."""
    known = boto3.Session().get_available_regions("ec2")
    return [*known, *(f"us-future-{number}" for number in range(33))][:33]


def stack(region: str) -> dict[str, str]:
    given = {"StackName": f"infrastructure-{region}", "ActionMode": "CREATE_UPDATE", "Capabilities": "CAPABILITY_IAM"}
    return {
        **given,
        "TemplatePath": "BuildOutput::infrastructure/template.yaml",
        "ParameterOverrides": HALF_KILOBYTE * 2,
    }


def test_33_regions_with_three_actions_each_fit(account: Account) -> None:
    # 99 actions are two stages' worth on AWS; the plan of one stage has them all here
    actions = [
        action
        for number, region in enumerate(regions())
        for action in (
            deploys(f"Deploy-Service-{number}", region),
            deploys(f"Deploy-Stack-{number}", region, "CloudFormation", **stack(region)),
            deploys(f"Deploy-Function-{number}", region, "Lambda", FunctionName=f"f-{region}", FunctionAlias="live"),
        )
    ]
    account.codepipeline.define([source(), stage("Deploy", *actions)])
    for action in actions:
        outputs = {f"Output{number}": HALF_KILOBYTE for number in range(4)}
        account.codepipeline.ran("Deploy", action["name"], second=10, outputs=outputs)
    for region in regions():
        unrelated = Finding("artifact-store", f"pipeline-artifacts-{region}", Verdict.PASS, "", {"a": HALF_KILOBYTE})
        before = Finding("lambda-alias", f"f-{region}/live", Verdict.PASS, "", {"version": "7"})
        account.preflight_saw(region, unrelated, before)
    items = [item.to_json() for item in account.plan("Deploy")]
    assert len(items) == 33
    carried = {"subject": "s", "regions": items, "results": [RESULT] * 33}
    size = len(json.dumps({"holder": "h" * 80, "conclude": carried}))
    assert size < LIMIT * 3 / 4, size


def test_a_plan_that_asks_for_more_than_can_be_carried_is_refused_in_words(account: Account) -> None:
    actions = [deploys(f"Deploy-{number}", region) for number, region in enumerate(regions())]
    account.codepipeline.define([source(), stage("Deploy", *actions)])
    for action in actions:
        account.codepipeline.ran("Deploy", action["name"], second=10)
    pages = [{"kind": "http", "url": f"https://{{region}}.example.com/{HALF_KILOBYTE[:440]}{n}"} for n in range(15)]
    account.publish(json.dumps({"checks": pages, "rollback": "auto", "dry_run": True}))
    items = account.plan("Deploy")
    assert {item.mode for item in items} == {"off"}
    for item in items:
        derived, gap = item.checks
        assert derived.kind == "ecs-service"
        assert gap.unsupported.startswith("the plan's checks make ")
        assert gap.unsupported.endswith(
            " KiB for 33 regions, and Step Functions carries 192: "
            "name the regions in which each check is needed, or ask for fewer"
        )
    assert len(json.dumps([item.to_json() for item in items])) < LIMIT * 3 / 4
