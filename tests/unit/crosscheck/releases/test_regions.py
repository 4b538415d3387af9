import pytest

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict, judge
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.verdict_facts import RegionJudge
from crosscheck.releases.model import RegionProgress, RegionState
from tests.builders import events
from tests.builders.releases import Facts, deploys


def _facts(*, gated: bool = True) -> Facts:
    stages = (
        ("Primary", [deploys("One", "us-east-1")]),
        ("Secondary", [deploys("Two", "eu-west-1"), deploys("Three", "ap-southeast-1")]),
    )
    return (
        Facts()
        .outline(*stages, gates={"Primary": ["Validate/Gate"], "Secondary": ["Validate/Gate"]} if gated else {})
        .event(events.pipeline("STARTED"))
    )


def _judged(verdict: Verdict, reason: str = "2 of 2 tasks run", region: str = "us-east-1") -> RegionVerdict:
    return judge(region, [Finding("ecs-service", "my-service", verdict, reason)])


def _states(facts: Facts) -> dict[str, str | None]:
    return {part.region: part.state for part in facts.release.regions}


def test_regions_stand_in_the_order_of_the_definition_and_wait() -> None:
    assert _states(_facts()) == {"us-east-1": None, "eu-west-1": None, "ap-southeast-1": None}


def test_a_region_that_waits_for_an_approval_says_what_ran_there_when_the_release_began() -> None:
    runs = "a: 2 of 2 tasks run (task definition a:7)"
    service = Finding("ecs-service", "a", Verdict.PASS, runs, baselines={"ecs-service a": "a:7"})
    stage = Finding("pipeline-stage", "p/Primary", Verdict.PASS, "execution 1 succeeded", baselines={"p/Primary": "1"})
    store = Finding("artifact-store", "b", Verdict.PASS, "store b is fine")
    facts = _facts().preflight("eu-west-1", stage, store, service).preflight("us-east-1", store, stage)
    assert {part.reason for part in facts.release.regions} == {""}
    facts.event(events.action("Ask", "Go", "STARTED", 1, category="Approval", provider="Manual"))
    assert {part.region: part.reason for part in facts.release.regions} == {
        "us-east-1": "",
        "eu-west-1": "at this release's start a: 2 of 2 tasks run (task definition a:7)",
        "ap-southeast-1": "",
    }
    facts.event(events.action("Secondary", "Two", "STARTED", 1, region="eu-west-1"))
    assert [part.reason for part in facts.release.regions if part.region == "eu-west-1"] == [""]
    facts.event(events.pipeline("FAILED", 9))
    assert {part.reason for part in facts.release.regions if part.region != "eu-west-1"} == {"never started"}


def test_a_region_deploys_then_is_verified_then_passes() -> None:
    facts = _facts().event(events.action("Primary", "One", "STARTED", 1))
    assert _states(facts)["us-east-1"] == "deploying"
    facts.event(events.action("Primary", "One", "SUCCEEDED", 5))
    assert _states(facts)["us-east-1"] == "verifying"
    facts.verdict("Primary", _judged(Verdict.PASS), 7, final=False)
    assert _states(facts)["us-east-1"] == "verifying"
    facts.verdict("Primary", _judged(Verdict.PASS), 9)
    assert _states(facts)["us-east-1"] == "passed"


@pytest.mark.parametrize(
    ("verdict", "state"),
    [(Verdict.FAIL, "failed"), (Verdict.INCONCLUSIVE, "unknown"), (Verdict.PASS, "passed")],
)
def test_f17_unknown_is_not_passed(verdict: Verdict, state: str) -> None:
    facts = _facts().event(events.action("Primary", "One", "SUCCEEDED", 5)).verdict("Primary", _judged(verdict), 9)
    assert _states(facts)["us-east-1"] == state


def test_secondaries_are_skipped_when_the_primary_fails() -> None:
    facts = _facts().event(events.action("Primary", "One", "SUCCEEDED", 5))
    facts.verdict("Primary", _judged(Verdict.FAIL, "0 of 2 tasks run"), 9).event(events.pipeline("FAILED", 10))
    assert _states(facts) == {"us-east-1": "failed", "eu-west-1": "skipped", "ap-southeast-1": "skipped"}
    assert facts.release.regions[0].reason == "0 of 2 tasks run"


def test_a_gate_that_never_spoke_leaves_the_region_unknown() -> None:
    facts = _facts().event(events.action("Primary", "One", "SUCCEEDED", 5)).event(events.pipeline("FAILED", 10))
    assert _states(facts)["us-east-1"] == "unknown"
    assert facts.release.regions[0].reason == "deployed, but the gate gave no verdict"


def test_a_verdict_of_an_earlier_attempt_counts_no_more() -> None:
    facts = _facts().event(events.action("Primary", "One", "SUCCEEDED", 5))
    facts.verdict("Primary", _judged(Verdict.FAIL), 9)
    facts.event(events.action("Primary", "One", "STARTED", 20, more=events.SECOND_ATTEMPT))
    facts.event(events.action("Primary", "One", "SUCCEEDED", 25, more=events.SECOND_ATTEMPT | _start(20)))
    assert _states(facts)["us-east-1"] == "verifying"


def _start(second: int) -> dict[str, object]:
    return {"start-time": events.action("Primary", "One", "STARTED", second)["time"]}


def _twice(first: Verdict, second: Verdict, *, first_final: bool = True, second_final: bool = True) -> Facts:
    """Two gates judge the same region; the second one began later."""
    facts = _facts().event(events.action("Primary", "One", "SUCCEEDED", 5))
    facts.judge("Primary", "us-east-1", "Validate/A", "Validate/B")
    facts.verdict("Primary", _judged(first, "the first"), 9, final=first_final, judge="Validate/A")
    return facts.verdict("Primary", _judged(second, "the second"), 12, final=second_final, judge="Validate/B")


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (Verdict.FAIL, Verdict.PASS, "failed"),
        (Verdict.PASS, Verdict.FAIL, "failed"),
        (Verdict.INCONCLUSIVE, Verdict.PASS, "unknown"),
        (Verdict.FAIL, Verdict.INCONCLUSIVE, "failed"),
        (Verdict.PASS, Verdict.PASS, "passed"),
    ],
)
def test_two_judges_of_a_region_make_it_as_good_as_the_worse_verdict(
    first: Verdict, second: Verdict, state: str
) -> None:
    assert _states(_twice(first, second))["us-east-1"] == state


def test_a_judge_who_is_not_done_keeps_the_region_verifying_unless_another_has_failed_it() -> None:
    assert _states(_twice(Verdict.PASS, Verdict.FAIL, second_final=False))["us-east-1"] == "verifying"
    assert _states(_twice(Verdict.INCONCLUSIVE, Verdict.PENDING, second_final=False))["us-east-1"] == "verifying"
    assert _states(_twice(Verdict.PENDING, Verdict.FAIL, first_final=False))["us-east-1"] == "failed"


def test_of_two_judges_the_one_of_an_earlier_deployment_counts_no_more() -> None:
    facts = _twice(Verdict.FAIL, Verdict.PASS)
    facts.event(events.action("Primary", "One", "STARTED", 11, more=events.SECOND_ATTEMPT))
    facts.event(events.action("Primary", "One", "SUCCEEDED", 11, more=events.SECOND_ATTEMPT | _start(11)))
    assert _states(facts)["us-east-1"] == "passed"


@pytest.mark.parametrize("without_turn", [False, True])
def test_who_is_no_judge_of_the_region_is_not_heard(without_turn: bool) -> None:
    facts = _facts().event(events.action("Primary", "One", "SUCCEEDED", 5)).judge("Primary", "us-east-1", "Validate/A")
    if without_turn:
        facts.add(RegionJudge("Primary", "us-east-1", (), ("Validate/A",)).to_fact(events.BEGAN.timestamp() + 60))
    facts.verdict("Primary", _judged(Verdict.FAIL), 9, judge="Foreign/Gate")
    assert _states(facts)["us-east-1"] == "verifying"
    facts.verdict("Primary", _judged(Verdict.PASS), 9, judge="Validate/A")
    assert _states(facts)["us-east-1"] == "passed"


def test_a_verdict_on_another_region_or_stage_is_not_this_ones() -> None:
    facts = _facts().event(events.action("Primary", "One", "SUCCEEDED", 5))
    facts.verdict("Primary", _judged(Verdict.FAIL, region="us-east-10"), 9, judge="V/A")
    facts.verdict("Primary2", _judged(Verdict.FAIL), 9, judge="V/A")
    assert _states(facts)["us-east-1"] == "verifying"


def test_a_failed_deploy_action_fails_its_region_with_its_reason() -> None:
    result = {"execution-result": {"external-execution-summary": "no capacity"}}
    facts = _facts().event(events.action("Primary", "One", "FAILED", 5, more=result))
    assert (facts.release.regions[0].state, facts.release.regions[0].reason) == ("failed", "no capacity")


def test_an_abandoned_deployment_is_unknown() -> None:
    facts = _facts().event(events.action("Primary", "One", "ABANDONED", 5)).event(events.pipeline("STOPPED", 6))
    assert _states(facts)["us-east-1"] == "unknown"
    assert facts.release.regions[0].reason == "the deploy action was abandoned"


def test_a_region_with_two_deploy_stages_is_as_good_as_the_worse_one() -> None:
    stages = (("Infra", [deploys("Infra", "eu-west-1")]), ("App", [deploys("App", "eu-west-1")]))
    facts = (
        Facts()
        .outline(*stages, gates={"Infra": ["Validate/Gate"], "App": ["Validate/Gate"]})
        .event(events.pipeline("STARTED"))
    )
    facts.event(events.action("Infra", "Infra", "SUCCEEDED", 5, region="eu-west-1"))
    facts.verdict("Infra", _judged(Verdict.PASS, region="eu-west-1"), 6)
    assert _states(facts) == {"eu-west-1": "deploying"}
    facts.event(events.action("App", "App", "SUCCEEDED", 7, region="eu-west-1"))
    facts.verdict("App", _judged(Verdict.FAIL, region="eu-west-1"), 8)
    assert _states(facts) == {"eu-west-1": "failed"}


def test_a_region_that_failed_in_one_of_its_stages_has_failed_whatever_is_still_to_come() -> None:
    stages = [(name, [deploys(name, "us-east-1")]) for name in ("Infra", "App", "Edge")]
    facts = Facts().outline(*stages, gates={"Infra": ["Validate/Gate"], "App": ["Validate/Gate"]})
    for name, verdict in (("Infra", Verdict.PASS), ("App", Verdict.FAIL)):
        facts.event(events.action(name, name, "SUCCEEDED", 5)).verdict(name, _judged(verdict), 9)
    assert _states(facts) == {"us-east-1": "failed"}


def test_what_one_stage_brought_counts_where_a_later_one_never_started() -> None:
    stages = (("Infra", [deploys("Infra", "us-east-1")]), ("App", [deploys("App", "us-east-1")]))
    facts = (
        Facts()
        .outline(*stages, gates={"Infra": ["Validate/Gate"]})
        .event(events.action("Infra", "Infra", "SUCCEEDED", 5))
    )
    facts.verdict("Infra", _judged(Verdict.PASS), 9).event(events.pipeline("FAILED", 10))
    assert _states(facts) == {"us-east-1": "passed"}


def test_without_a_definition_the_deploy_actions_seen_are_the_regions() -> None:
    facts = Facts().event(events.action("Deploy", "Two", "STARTED", 3, region="eu-west-1"))
    assert _states(facts) == {"eu-west-1": "deploying"}


def _only(facts: Facts) -> RegionProgress:
    (region,) = facts.release.regions
    return region


def _failed_twice() -> Facts:
    """Two stages deployed to one region, and failed."""
    stages = [(name, [deploys(name, "us-east-1")]) for name in ("Infra", "App")]
    facts = Facts().outline(*stages).event(events.pipeline("STARTED"))
    for second, name in ((5, "Infra"), (9, "App")):
        facts.event(events.action(name, name, "STARTED", second))
        begun = {"start-time": events.action(name, name, "STARTED", second)["time"]}
        facts.event(events.action(name, name, "FAILED", second + 2, more=begun))
    return facts


def test_a_region_is_taken_back_while_one_of_its_stages_is() -> None:
    facts = _failed_twice().rollback("Infra", "us-east-1", RollbackState.SUGGESTED, "as asked", 20)
    assert _only(facts).rollback is RollbackState.SUGGESTED
    facts.rollback("App", "us-east-1", RollbackState.RUNNING, "", 20)
    assert _only(facts).rollback is RollbackState.RUNNING


def test_a_region_is_as_old_as_its_latest_deployment() -> None:
    region = _only(_failed_twice())
    assert (region.since, region.seconds) == (events.BEGAN.timestamp() + 9, 2.0)


def test_a_deployment_that_ended_in_the_second_in_which_it_began_took_no_time() -> None:
    begun = events.action("Primary", "One", "STARTED", 3)
    facts = Facts().event(begun)
    facts.event(events.action("Primary", "One", "SUCCEEDED", 3, more={"start-time": begun["time"]}))
    assert _only(facts).seconds == 0.0


def test_a_region_that_is_back_says_so_and_why_it_was_taken_back() -> None:
    facts = _facts().event(events.action("Primary", "One", "SUCCEEDED", 5))
    facts.verdict("Primary", _judged(Verdict.FAIL, "0 of 2 tasks run"), 9)
    facts.rollback("Primary", "us-east-1", RollbackState.DONE, "runs app:6", 20)
    region = facts.release.regions[0]
    assert (region.state, region.rollback) == (RegionState.ROLLED_BACK, RollbackState.DONE)
    assert (region.reason, region.follow_up) == ("runs app:6", "was: 0 of 2 tasks run")
    facts.verdict("Primary", _judged(Verdict.FAIL, ""), 9)
    assert facts.release.regions[0].follow_up == ""


def test_a_region_whose_stage_a_condition_skipped_says_so() -> None:
    facts = _facts().event(events.stage("Primary", "SKIPPED", 3))
    region = facts.release.regions[0]
    assert (region.state, region.reason) == (RegionState.SKIPPED, "a condition skipped the stage")


def test_whose_gates_judge_a_region_is_known_before_it_is_deployed_to() -> None:
    assert _facts().release.regions[0].gates == ("Validate",)


def test_only_a_plain_address_is_the_page_of_a_deployment() -> None:
    page = {"execution-result": {"external-execution-url": "https://console.aws.amazon.com/ecs"}}
    facts = _facts().event(events.action("Primary", "One", "SUCCEEDED", 5, more=page))
    assert facts.release.regions[0].url == "https://console.aws.amazon.com/ecs"
    page["execution-result"]["external-execution-url"] = "javascript:alert(1)"
    facts.event(events.action("Primary", "One", "SUCCEEDED", 5, more=page))
    assert facts.release.regions[0].url == ""


def test_what_an_earlier_run_replaced_is_told_no_more() -> None:
    facts = _facts().replaced("Primary", "us-east-1", "app:5", 3)
    facts.event(events.action("Primary", "One", "STARTED", 1))
    assert facts.release.regions[0].warning == "the rollback replaced app:5"
    facts.event(events.action("Primary", "One", "STARTED", 20))
    assert facts.release.regions[0].warning == ""
