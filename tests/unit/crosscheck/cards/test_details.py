"""What the thread tells of a release: when, in which words, and that a quiet release says it at its end."""

from __future__ import annotations

from crosscheck.cards.details import details, details_card
from crosscheck.cards.layout import TEXT_BUDGET
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.verdict_facts import EarlierRemarks
from tests.builders import events
from tests.builders.canary import PRIMARY, SECONDARIES, ended, primary_proven, taken_back
from tests.builders.releases import Facts, deploys

EU, AP, SA = SECONDARIES


def keys(facts: Facts) -> list[str]:
    return [detail.key for detail in details(facts.release, facts.known)]


def said(facts: Facts) -> str:
    card = details_card(facts.release, details(facts.release, facts.known))
    return "\n".join(block["text"]["text"] for block in card.blocks)


def test_a_release_in_which_nothing_fails_tells_all_at_its_end() -> None:
    assert keys(primary_proven()) == []
    assert keys(ended()) == [f"detail/{region}/1" for region in (PRIMARY, *SECONDARIES)]


def test_a_broken_region_is_told_at_once_unless_it_is_being_taken_back() -> None:
    facts = primary_proven().event(events.action("DeploySecondary", f"Deploy-{EU}", "SUCCEEDED", 200, region=EU))
    failed = judge(EU, [Finding("ecs-service", "my-service", Verdict.FAIL, "tasks die")])
    facts.verdict("DeploySecondary", failed, 220)
    assert keys(facts) == [f"detail/{EU}/1"]
    assert keys(taken_back(EU, RollbackState.RUNNING)) == []
    assert f"detail/{EU}/1" in keys(taken_back(EU, RollbackState.DONE))


def test_a_region_that_is_still_verified_after_the_pipeline_is_waited_for() -> None:
    facts = Facts().outline(("World", [deploys("One", EU)])).event(events.pipeline("STARTED"))
    facts.event(events.action("World", "One", "SUCCEEDED", 5, region=EU)).event(events.pipeline("SUCCEEDED", 6))
    seen = judge(EU, [Finding("ecs-service", "app", Verdict.PENDING, "1 of 2 tasks run")])
    assert keys(facts.verdict("World", seen, 7, final=False)) == []


def test_a_retry_tells_its_regions_anew() -> None:
    again = ended(EU).event(events.pipeline("SUCCEEDED", 900, **events.SECOND_ATTEMPT))
    assert f"detail/{EU}/2" in keys(again)


def test_values_alarms_and_pages_are_told_with_labels_that_people_read() -> None:
    facts = Facts().outline(("World", [deploys("One", EU)])).event(events.pipeline("STARTED"))
    facts.event(events.action("World", "One", "SUCCEEDED", 5, region=EU)).event(events.pipeline("SUCCEEDED", 6))
    page = "https://shop.example/health"
    findings = [
        Finding("ecs-service", "app", Verdict.PASS, "app: 2 of 2 tasks run", warning="one zone only"),
        Finding("http", page, Verdict.PASS, f"{page} answers 200 in 31 ms", {"milliseconds": "31"}),
        Finding("alarms", "shop-", Verdict.PASS, "2 alarms are OK", {"shop-errors": "OK"}),
    ]
    assert said(facts.verdict("World", judge(EU, findings), 9)) == (
        "*Measured*\n"
        f":white_check_mark: *{EU}* passed\n"
        "\u2003• *ecs-service* app: 2 of 2 tasks run :warning: one zone only\n"
        f"\u2003• *http* <{page}|shop.example/health>: answers 200 in 31 ms (milliseconds: 31)\n"
        "\u2003• *alarms* shop-: 2 alarms are OK (shop-errors: OK)"
    )


def _remarked(*earlier: str) -> Facts:
    facts = ended().preflight(EU, Finding("store", "b", Verdict.PASS, "", warning="not versioned"))
    return facts.add(EarlierRemarks(earlier).to_fact(0.0))


def test_a_remark_is_told_unless_the_release_before_had_it_too() -> None:
    assert "detail/preflight" in keys(_remarked("something else"))
    assert f"*Preflight*\n:warning: *{EU}* not versioned" in said(_remarked())
    assert "detail/preflight" not in keys(_remarked("not versioned"))


def test_what_stands_on_the_card_is_not_told_again_unless_it_was_too_much_for_it() -> None:
    facts = ended().preflight(EU, Finding("store", "b", Verdict.FAIL, "no store"))
    assert "detail/preflight" not in keys(facts)
    findings = [Finding("store", "b", Verdict.FAIL, f"no store {number}") for number in range(6)]
    assert said(ended().preflight(EU, *findings)).count(":x: ") == 6


def test_a_release_without_checks_tells_nothing() -> None:
    assert keys(Facts().event(events.pipeline("SUCCEEDED", 6))) == []


def test_f41_the_details_of_many_regions_stay_within_the_budget() -> None:
    facts = Facts().outline(("World", [deploys(f"To-{number}", f"xx-region-{number}") for number in range(200)]))
    facts.event(events.pipeline("STARTED"))
    for number in range(200):
        region = f"xx-region-{number}"
        facts.event(events.action("World", f"To-{number}", "SUCCEEDED", 5, region=region))
        facts.verdict("World", judge(region, [Finding("http", "x", Verdict.PASS, "<&>" * 200)]), 9)
    text = said(facts.event(events.pipeline("SUCCEEDED", 10)))
    assert len(text) <= TEXT_BUDGET + 200
    assert "more_" in text
