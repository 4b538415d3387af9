import json
import re
from dataclasses import replace
from typing import Any

import pytest

from crosscheck.cards.layout import REASON_LIMIT, Card, duration
from crosscheck.cards.release import render
from crosscheck.cards.summary import headline
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.decisions.approvers import parse_approvers
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.verdict_facts import PlanProblem
from crosscheck.releases.model import RegionProgress, RegionState
from tests.builders import events
from tests.builders.canary import SECONDARIES, WHY, ended
from tests.builders.releases import Facts, deploys

GATE = "ValidateSecondary/Validate-EU-West"


def _texts(card: Card) -> str:
    def walk(node: Any) -> list[str]:
        if isinstance(node, dict):
            return [node["text"]] if isinstance(node.get("text"), str) else [t for v in node.values() for t in walk(v)]
        return [text for part in node for text in walk(part)] if isinstance(node, list) else []

    return "\n".join(walk(card.blocks))


def _failed_release() -> Facts:
    facts = Facts().event(events.load("codepipeline_pipeline_started"))
    facts.outline(
        ("DeploySecondary", [deploys("Deploy-EU-West", "eu-west-1")]),
        ("ValidateSecondary", []),
        gates={"DeploySecondary": [GATE]},
    )
    facts.event(events.load("codepipeline_stage_started")).event(events.load("codepipeline_action_succeeded"))
    reason = "0 of 2 tasks run; last task stopped: exit code 1"
    judged = judge("eu-west-1", [Finding("ecs-service", "my-service", Verdict.FAIL, reason)])
    facts.verdict("DeploySecondary", judged, 440, judge=GATE)
    facts.event(events.load("codepipeline_action_failed"))
    return facts.event(events.load("codepipeline_pipeline_failed"))


def test_the_card_tells_a_failed_release() -> None:
    card = render(_failed_release().release)
    text = _texts(card)
    assert "multi-region-service: failed" in text
    assert "`4f1e2d3c4b5a` · Cache the product list · by release-bot · on main" in text
    assert ":x: *eu-west-1* failed · 0 of 2 tasks run; last task stopped: exit code 1" in text
    assert text.count("0 of 2 tasks run") == 1
    assert "|ValidateSecondary / Validate-EU-West> (eu-west-1) · why: see above" in text
    assert "ran for 7 min 26 s" in text
    page = f"codepipeline/pipelines/multi-region-service/executions/{events.EXECUTION}/timeline?region=us-east-1"
    assert f"https://us-east-1.console.aws.amazon.com/codesuite/{page}" in text
    assert card.text == ("multi-region-service: failed. eu-west-1 failed. Next: a person has to look at eu-west-1.")


@pytest.mark.parametrize(
    ("trigger", "said"),
    [("ManualRollback", "rollback by a person"), ("AutomatedRollback", "automatic rollback"), ("Webhook", "")],
)
def test_a_rollback_is_told_from_a_release(trigger: str, said: str) -> None:
    triggered: dict[str, Any] = {"execution-trigger": {"trigger-type": trigger}}
    text = _texts(render(Facts().event(events.pipeline("STARTED", **triggered)).release))
    assert said in text
    assert ("rollback" in text) is bool(said)


def test_the_metadata_is_as_the_contract_says() -> None:
    facts = _failed_release()
    assert render(facts.release).metadata == {
        "event_type": "crosscheck_release",
        "event_payload": {
            "pipeline": "multi-region-service",
            "execution": events.EXECUTION,
            "state": "FAILED",
            "version": facts.release.version,
            "regions": {"eu-west-1": "failed"},
        },
    }


def test_the_digest_ignores_the_version_and_nothing_else() -> None:
    facts = _failed_release()
    before = render(facts.release)
    facts.event(events.load("codepipeline_action_succeeded"))
    again = render(facts.release)
    assert again.metadata != before.metadata
    assert again.digest == before.digest
    facts.event(events.pipeline("SUCCEEDED", 500))
    assert render(facts.release).digest != before.digest


def test_f57_links_stay_in_their_partition() -> None:
    event = events.pipeline("STARTED")
    facts = Facts().event(event)
    release = facts.release
    subject = type(release.subject)("cn-north-1", "shop", events.EXECUTION)
    card = render(type(release)(**{**vars(release), "subject": subject}))
    assert "https://cn-north-1.console.amazonaws.cn/" in _texts(card)


def _rolled_back(*regions: str, left: str = "") -> Facts:
    """A failed release whose failed regions are back, but the one that is ``left``."""
    facts = Facts().outline(("World", [deploys(f"To-{region}", region) for region in (*regions, left) if region]))
    facts.event(events.pipeline("STARTED"))
    for region in filter(None, (*regions, left)):
        facts.event(events.action("World", f"To-{region}", "SUCCEEDED", 5, region=region))
        facts.verdict("World", judge(region, [Finding("ecs-service", "app", Verdict.FAIL, "0 of 2 tasks run")]), 9)
    for region in regions:
        facts.rollback("World", region, RollbackState.DONE, "runs app:6 again", 20)
    return facts.event(events.pipeline("FAILED", 10))


def test_a_region_that_was_rolled_back_is_told_as_such() -> None:
    card = render(_rolled_back("us-east-1").release)
    told = ":rewind: *us-east-1* rolled back · runs app:6 again\n\u2003\u2003↳ was: 0 of 2 tasks run\n"
    assert told in _texts(card)
    assert card.text.startswith("multi-region-service: failed. us-east-1 rolled back. Next: nothing to do now")
    assert card.metadata["event_payload"]["regions"] == {"us-east-1": "rolled_back"}


def test_the_next_step_names_the_regions_once_all_that_failed_are_back() -> None:
    text = _texts(render(_rolled_back("eu-west-1", "us-east-1").release))
    assert (
        "*Next:* nothing to do now: eu-west-1 and us-east-1 run an earlier version again; whoever released this" in text
    )
    assert "earlier version" not in _texts(render(_rolled_back("us-east-1", left="eu-west-1").release))
    many = _rolled_back(*(f"xx-region-{number}" for number in range(9)))
    assert "9 regions run an earlier version again;" in _texts(render(many.release))


def test_a_green_pipeline_with_a_broken_region_is_not_told_as_a_success() -> None:
    facts = _rolled_back("us-east-1").event(events.pipeline("SUCCEEDED", 11, attempt=2))
    card = render(facts.release)
    assert card.text.startswith("multi-region-service: pipeline succeeded, but us-east-1 had to be rolled back. ")
    assert _texts(card).startswith(
        ":x: multi-region-service: pipeline succeeded, but us-east-1 had to be rolled back\n"
    )
    assert card.metadata["event_payload"]["state"] == "SUCCEEDED"


def test_the_title_of_a_failed_release_names_the_regions() -> None:
    assert headline(ended("eu-west-1").release)[1].endswith(": failed in eu-west-1")
    back = ended("eu-west-1", "sa-east-1").rollback("DeploySecondary", "eu-west-1", RollbackState.DONE, "back", 340)
    assert headline(back.release)[1].endswith(": failed in sa-east-1")
    back.rollback("DeploySecondary", "sa-east-1", RollbackState.DONE, "back", 350)
    assert headline(back.release)[1].endswith(": failed, rolled back in eu-west-1 and sa-east-1")


def test_what_became_of_a_failed_region_is_told_however_long_the_reason_is() -> None:
    facts = _rolled_back(left="eu-west-1")
    long = judge("eu-west-1", [Finding("ecs-service", "app", Verdict.FAIL, "<&>" * 500)])
    facts.verdict("World", long, 9).rollback("World", "eu-west-1", RollbackState.FAILED, "no capacity", 20)
    lines = _texts(render(facts.release)).splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith(":x: *eu-west-1*")]
    assert lines[place].endswith("…")
    assert lines[place + 1] == "\u2003\u2003↳ the rollback did not work: no capacity"
    assert len(lines[place]) <= REASON_LIMIT


def test_f42_what_breaks_the_release_is_listed_with_signs_and_escaped_and_remarks_are_not() -> None:
    facts = _failed_release().add(PlanProblem("soak_minuts: unknown key").to_fact(0.0))
    missing = Finding("store", "eu-west-1", Verdict.FAIL, "<!channel> no artifact store in eu-west-1")
    facts.preflight("eu-west-1", missing, Finding("task", "app", Verdict.PASS, "", warning="pulls from us-east-1"))
    text = _texts(render(facts.release))
    assert (
        "*Preflight*\n"
        ":x: *eu-west-1* &lt;!channel&gt; no artifact store in eu-west-1\n"
        ":warning: *plan* soak_minuts: unknown key"
    ) in text
    assert "pulls from" not in text


def test_a_clean_preflight_is_not_mentioned() -> None:
    facts = _failed_release().preflight("eu-west-1", Finding("store", "bucket", Verdict.PASS, "fine"))
    assert "Preflight" not in _texts(render(facts.release))


def test_f41_a_huge_release_stays_within_slacks_limits() -> None:
    regions = [f"xx-region-{number}" for number in range(200)]
    long = "<&>" * 2_000
    facts = Facts().event(events.pipeline("STARTED"))
    facts.outline(*[(f"Deploy-{n}", [deploys(f"A{n}", r) for r in regions[n * 4 : n * 4 + 4]]) for n in range(50)])
    for number, region in enumerate(regions):
        result = {"execution-result": {"external-execution-summary": long}}
        facts.event(events.action(f"Deploy-{number // 4}", f"A{number // 4}", "FAILED", 5, region=region, more=result))
        facts.event(events.stage(f"Deploy-{number // 4}", "FAILED", 5))
        facts.rollback(f"Deploy-{number // 4}", region, list(RollbackState)[number % 7], long, 9)
        facts.preflight(region, Finding("store", "bucket", Verdict.FAIL, long, {"warning": long}))
    facts.put("plan", {"problem": long})
    card = render(facts.release)
    assert len(card.blocks) <= 50
    assert all(len(block["text"]["text"]) <= 3_000 for block in card.blocks if block["type"] == "section")
    assert len(_texts(card)) <= 13_000
    assert len(json.dumps(card.metadata)) <= 8_000
    assert "_and 188 more: " in _texts(card)


def test_durations_read_as_people_say_them() -> None:
    said = {0: "under 1 s", 0.6: "under 1 s", 1: "1 s", 41.6: "42 s", 192: "3 min 12 s", 7500: "2 h 5 min"}
    assert {seconds: duration(seconds) for seconds in said} == said


def _links(facts: Facts) -> list[str]:
    return re.findall(r"<([^|>]*)\|see the deployment>", _texts(render(facts.release)))


def test_a_broken_region_links_to_its_deployment_also_where_the_pipeline_is_green() -> None:
    page = "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/production-eu/services/my-service"
    facts = ended()
    for region in SECONDARIES:
        more = {"execution-result": {"external-execution-url": page.replace("eu-west-1", region)}}
        facts.event(events.action("DeploySecondary", f"Deploy-{region}", "SUCCEEDED", 235, region=region, more=more))
    assert _links(facts) == []
    failed = judge("eu-west-1", [Finding("ecs-service", "my-service", Verdict.FAIL, WHY)])
    facts.verdict("DeploySecondary", failed, 330)
    assert _links(facts) == [page]
    facts.rollback("DeploySecondary", "eu-west-1", RollbackState.DONE, "2 of 2 tasks run", 340)
    assert _links(facts) == [page]


@pytest.mark.parametrize(("size", "links"), [(20, 12), (300, 5), (900, 1), (5_000, 0)])
def test_f41_many_links_push_out_no_region(size: int, links: int) -> None:
    url = "https://console.aws.amazon.com/" + "x" * size
    parts = tuple(
        RegionProgress(f"xx-region-{number}", RegionState.FAILED, "why " * 200, "rolling back", url=url)
        for number in range(12)
    )
    text = _texts(render(replace(ended().release, regions=parts)))
    assert all(f":x: *xx-region-{number}* failed" in text for number in range(12))
    assert "more_" not in text
    assert text.count("see the deployment") == text.count("|see the deployment>") == links


def test_how_long_its_deployment_took_is_not_told_of_a_region_that_is_back() -> None:
    facts = ended("eu-west-1").rollback("DeploySecondary", "eu-west-1", RollbackState.DONE, "2 of 2 tasks run", 340)
    (line,) = (line for line in _texts(render(facts.release)).splitlines() if "*eu-west-1* rolled back" in line)
    assert line.endswith("rolled back · 2 of 2 tasks run · gate ValidateSecondary")


@pytest.mark.parametrize(
    ("approvers", "who"),
    [
        ("U0APPROVER", "<@U0APPROVER>"),
        ("S0ONCALL, U0APPROVER", "<@U0APPROVER> or <!subteam^S0ONCALL>"),
        ("U01, U02, U03, U04, S0ONCALL", "<@U01> or <@U02> or <@U03> or 2 more"),
        ("nobody", "whoever may approve it"),
    ],
)
def test_who_may_approve_is_named(approvers: str, who: str) -> None:
    asked = events.action("Release", "Go", "STARTED", 9, category="Approval", provider="Manual")
    facts = Facts().event(events.pipeline("STARTED")).event(events.stage("Release", "STARTED", 8)).event(asked)
    card = render(replace(facts.release, approvers=parse_approvers(approvers)))
    assert f"*Next:* waits for approval of Release / Go by {who}\n" in _texts(card)
    assert "Next: waits for approval of Release / Go by whoever may approve it." in card.text


def test_many_approvals_are_counted() -> None:
    facts = Facts().event(events.pipeline("STARTED")).event(events.stage("Release", "STARTED", 8))
    for number in range(5):
        facts.event(events.action("Release", f"Go{number}", "STARTED", 9, category="Approval", provider="Manual"))
    release = replace(facts.release, approvers=parse_approvers("U0APPROVER"))
    assert "Release / Go1 by <@U0APPROVER>; and for 3 more\n" in _texts(render(release))


def test_a_version_of_s3_is_called_one() -> None:
    version = "5c68d8fc-4ffc-4e89-8c05-7477087a6763"
    revision = {"commit": version, "message": f"Amazon S3 version id: {version}", "url": ""}
    text = _texts(render(Facts().event(events.pipeline("STARTED")).put("revision", revision).release))
    assert "\nAmazon S3 version id `5c68d8fc-4ff` · <" in text
