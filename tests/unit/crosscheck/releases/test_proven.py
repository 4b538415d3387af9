"""What a rollback may go back to, as verdicts and preflights leave it in the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import DeployTarget
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict
from tests.builders import tables
from tests.builders.alias_releases import EUROPE, PACIFIC, releases

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

GATE = "Deploy/Verify"
ACCOUNT = "111122223333"


def test_f60_two_bad_releases_in_a_row_go_back_to_what_passed_before_both(ledger: Ledger) -> None:
    good, first, second = releases(ledger, 3)
    good.judged(Verdict.PASS)
    first.saw("1", 7_100)
    first.judged(Verdict.FAIL)
    second.saw("2", 10_700)
    second.judged(Verdict.FAIL)
    assert (first.target, second.target) == ("1", "1")


def test_where_the_way_back_leads_to_is_told_for_people(ledger: Ledger) -> None:
    first, second, third = releases(ledger, 3)
    assert first.origin == ""
    first.saw("0", 3_500)
    assert first.origin == "from before the first release"
    second.judged(Verdict.PASS)
    assert third.origin == f"proven by execution {second.subject.execution[:8]} on 2027-01-15"


def test_f60_two_bad_releases_in_a_row_go_back_to_what_ran_before_the_first_that_was_seen(ledger: Ledger) -> None:
    first, second = releases(ledger, 2)
    first.saw("0", 3_500)
    first.judged(Verdict.FAIL)
    second.saw("1", 7_100)
    second.judged(Verdict.FAIL)
    assert (first.target, second.target) == ("0", "0")


@pytest.mark.parametrize("unproven", [Verdict.FAIL, Verdict.INCONCLUSIVE])
def test_what_a_release_without_preflight_brought_is_never_taken_for_what_ran_before(
    ledger: Ledger, unproven: Verdict
) -> None:
    first, second = releases(ledger, 2)
    first.judged(unproven)
    second.saw("1", 7_100)
    assert second.target == ""


def test_what_preflight_could_not_see_is_unknown_for_later_ones_too(ledger: Ledger) -> None:
    first, second = releases(ledger, 2)
    first.saw("", 3_500)
    second.saw("1", 7_100)
    assert second.target == ""


def test_what_was_seen_after_the_deployment_began_may_be_what_it_brought(ledger: Ledger) -> None:
    (first,) = releases(ledger, 1)
    first.saw("1", 3_600)
    assert first.target == ""


def test_the_newest_deployment_that_passed_prevails_in_whichever_order_the_verdicts_come(ledger: Ledger) -> None:
    first, second, third = releases(ledger, 3)
    second.judged(Verdict.PASS)
    first.judged(Verdict.PASS, after=9_000)
    assert third.target == "2"


def test_every_judge_has_to_let_the_region_pass(ledger: Ledger) -> None:
    good, release, later = releases(ledger, 3)
    good.judged(Verdict.PASS)
    release.judges(GATE, "Prove/Again")
    release.judged(Verdict.PASS, judge_name=GATE)
    assert later.target == "1"
    release.judged(Verdict.PASS, judge_name="Prove/Again", after=90)
    assert later.target == "2"


def test_a_region_that_a_second_gate_fails_was_not_proven_by_the_first(ledger: Ledger) -> None:
    good, release, later = releases(ledger, 3)
    good.judged(Verdict.PASS)
    release.judges(GATE, "Prove/Again")
    release.judged(Verdict.FAIL, judge_name="Prove/Again")
    release.judged(Verdict.PASS, judge_name=GATE, after=90)
    assert (release.target, later.target) == ("1", "1")


def test_a_gate_that_is_a_rule_proves_under_the_name_that_it_has(ledger: Ledger) -> None:
    release, later = releases(ledger, 2)
    release.judges("Deploy/rule Look")
    release.judged(Verdict.PASS, judge_name="Deploy/rule Look")
    assert later.target == "1"


@pytest.mark.parametrize("judges", [(), ("Deploy/Own",)])
def test_f65_a_judge_that_the_definition_does_not_hold_proves_nothing(ledger: Ledger, judges: tuple[str, ...]) -> None:
    release, later = releases(ledger, 2)
    release.judges(*judges)
    release.judged(Verdict.PASS, judge_name="Foreign/Gate")
    assert later.target == ""


def test_f65_a_judge_that_the_definition_does_not_hold_spoils_no_proof(ledger: Ledger) -> None:
    release, later = releases(ledger, 2)
    release.judges(GATE)
    release.judged(Verdict.FAIL, judge_name="Foreign/Gate")
    release.judged(Verdict.PASS, judge_name=GATE)
    assert later.target == "1"


def test_a_word_of_before_the_deployment_is_of_an_earlier_one(ledger: Ledger) -> None:
    release, later = releases(ledger, 2)
    release.judges(GATE, "Prove/Again")
    release.judged(Verdict.PASS, judge_name="Prove/Again", after=-60)
    release.judged(Verdict.PASS, judge_name=GATE)
    assert later.target == ""


def test_only_what_a_deploy_action_brought_is_proven(ledger: Ledger) -> None:
    release, later = releases(ledger, 2)
    asked = replace(release.check(), run=None)
    release.said(judge(EUROPE, [replace(asked.finding(Verdict.PASS, ""), baselines={asked.subject: "1"})]), [asked])
    assert later.target == ""


def test_a_stage_is_proven_by_an_execution_that_passed_in_all_its_regions(ledger: Ledger) -> None:
    good, partial, later = releases(ledger, 3)
    for release in (good, partial):
        release.judges(region=EUROPE)
        release.judges(region=PACIFIC)
    good.judged(Verdict.PASS, EUROPE)
    assert later.stage_target == ""
    good.judged(Verdict.PASS, PACIFIC)
    partial.judged(Verdict.PASS, EUROPE)
    partial.judged(Verdict.FAIL, PACIFIC)
    assert later.stage_target == "execution-1"


def test_what_was_proven_does_not_expire(ledger: Ledger, ledger_table: DynamoDBClient) -> None:
    (release,) = releases(ledger, 1)
    release.saw("0", 3_500)
    release.judged(Verdict.PASS)
    items = ledger_table.scan(TableName=tables.NAME)["Items"]
    lasting = {item["sk"]["S"] for item in items if "ttl" not in item}
    assert lasting == {"before", "proven"}
    assert all(("ttl" in item) == (not item["pk"]["S"].startswith("target#")) for item in items)


def test_a_ledger_that_refuses_takes_no_verdict_back(
    ledger: Ledger, ledger_table: DynamoDBClient, capfd: pytest.CaptureFixture[str]
) -> None:
    (release,) = releases(ledger, 1)
    ledger_table.delete_table(TableName=tables.NAME)
    release.states.judged(
        release.subject, "Deploy", [release.check()], release.finding(Verdict.PASS, EUROPE, "1"), release.began + 60
    )
    assert "ProofRecordFailures" in capfd.readouterr().out
    with pytest.raises(ClientError):
        release.saw("0", 3_500)


def test_the_same_name_in_another_region_is_another_target() -> None:
    keys = {DeployTarget(region, "lambda-alias f/live").key for region in (EUROPE, PACIFIC)}
    assert keys == {"target#eu-west-1#lambda-alias f/live", "target#ap-southeast-1#lambda-alias f/live"}


def test_findings_without_a_baseline_prove_nothing_to_go_back_to(ledger: Ledger) -> None:
    release, later = releases(ledger, 2)
    release.said(judge(EUROPE, [Finding("lambda-alias", "f/live", Verdict.PASS, "")]), [release.check()])
    assert later.target == ""


def test_what_was_seen_once_this_execution_had_begun_to_deploy_is_not_from_before_it(ledger: Ledger) -> None:
    stopped, later = releases(ledger, 2)
    stopped.states.begun(stopped.subject, [stopped.check()], ACCOUNT)
    stopped.saw("broken", 3_605)
    later.saw("broken", 7_100)
    later.judged(Verdict.FAIL)
    assert later.target == ""


def test_what_was_seen_in_time_outlives_a_release_that_nobody_judged(ledger: Ledger) -> None:
    stopped, later = releases(ledger, 2)
    stopped.saw("0", 3_500)
    stopped.states.begun(stopped.subject, [stopped.check()], ACCOUNT)
    later.judged(Verdict.FAIL)
    assert later.target == "0"


@pytest.mark.parametrize(("account", "target"), [("999988887777", "0"), (ACCOUNT, ""), ("", "")])
def test_what_another_account_was_given_leaves_the_namesake_here_as_it_was(
    ledger: Ledger, account: str, target: str
) -> None:
    stopped, later = releases(ledger, 2)
    check = stopped.check()
    theirs = replace(check, run=replace(check.deployed, account=account))
    stopped.states.begun(stopped.subject, [theirs], ACCOUNT)
    later.saw("0", 7_100)
    assert later.target == target
    assert later.stage_target == ""


def test_a_gate_that_speaks_before_its_stage_has_ended_proves_nothing_yet(ledger: Ledger) -> None:
    good, release, later = releases(ledger, 3)
    good.judged(Verdict.PASS)
    release.stage(State.STARTED)
    release.reported.append(State.SUCCEEDED)  # no other event yet
    release.judges(GATE)
    release.judged(Verdict.PASS, judge_name=GATE)
    assert later.target == "1"
    release.stage(State.SUCCEEDED)
    release.judged(Verdict.PASS, judge_name=GATE)
    assert later.target == "2"


@pytest.mark.parametrize("known", [True, False], ids=["whose event is there", "whose event is lost"])
def test_what_a_test_of_the_same_stage_failed_is_not_proven(ledger: Ledger, *, known: bool) -> None:
    good, release, later = releases(ledger, 3)
    for each in (good, release):
        each.judges()
    good.judged(Verdict.PASS)
    release.stage(State.FAILED)
    if known:
        release.action("Smoke", "Test", State.FAILED)
    release.judged(Verdict.PASS)
    assert (later.target, later.stage_target) == ("1", "execution-1")


@pytest.mark.parametrize(("name", "category"), [("Pacific", "Deploy"), ("Verify", "Invoke")])
def test_a_region_is_proven_where_only_another_region_failed_and_the_stage_is_not(
    ledger: Ledger, name: str, category: str
) -> None:
    good, release, later = releases(ledger, 3)
    for each in (good, release):
        each.judges(GATE)
    good.judged(Verdict.PASS, judge_name=GATE)
    release.stage(State.FAILED)
    release.action(name, category, State.FAILED)
    release.judged(Verdict.PASS, judge_name=GATE)
    assert (later.target, later.stage_target) == ("2", "execution-1")


def test_a_test_that_failed_beside_another_regions_deployment_speaks_against_all(ledger: Ledger) -> None:
    good, release, later = releases(ledger, 3)
    for each in (good, release):
        each.judges()
    good.judged(Verdict.PASS)
    release.stage(State.FAILED)
    release.action("Pacific", "Deploy", State.FAILED)
    release.action("Smoke", "Test", State.FAILED)
    release.judged(Verdict.PASS)
    assert (later.target, later.stage_target) == ("1", "execution-1")


def test_a_word_of_the_second_in_which_the_deployment_began_counts(ledger: Ledger) -> None:
    """The times of events are whole seconds: what is said at once bears the time of the deployment."""
    release, later = releases(ledger, 2)
    release.judged(Verdict.PASS, after=0)
    assert later.target == "1"


def test_a_pass_of_which_a_person_said_one_part_proves_nothing(ledger: Ledger) -> None:
    good, release, later = releases(ledger, 3)
    good.judged(Verdict.PASS)
    seen = release.finding(Verdict.PASS, EUROPE, "2").findings
    skipped = Finding("http", "page", Verdict.PASS, "skipped by a person", skipped=True)
    release.said(judge(EUROPE, [*seen, skipped]), [release.check()])
    assert later.target == "1"


def test_the_execution_of_a_stage_that_failed_is_not_from_before_it_for_a_later_preflight(ledger: Ledger) -> None:
    first, later = releases(ledger, 2)
    first.judged(Verdict.FAIL)
    later.saw_stage("execution-1", 7_100)
    assert later.stage_target == ""


def test_a_word_that_came_before_the_latest_deployment_to_its_region_proves_nothing(ledger: Ledger) -> None:
    release, later = releases(ledger, 2)
    found = release.finding(Verdict.PASS, EUROPE, "1")
    release.said(found, [release.check(), release.check(alias="beta", after=100)])
    assert later.target == ""


def test_a_word_that_came_before_the_latest_run_that_events_tell_of_proves_nothing(ledger: Ledger) -> None:
    release, later = releases(ledger, 2)
    release.action("Again", "Deploy", State.STARTED, after=100)
    release.judged(Verdict.PASS)
    assert later.target == ""


@pytest.mark.parametrize(("region", "stage"), [(PACIFIC, "Deploy"), (EUROPE, "Later")])
def test_a_deployment_to_another_region_or_by_another_stage_takes_nothing_from_a_word(
    ledger: Ledger, region: str, stage: str
) -> None:
    release, later = releases(ledger, 2)
    release.action("Other", "Deploy", State.STARTED, region, stage=stage, after=100)
    release.judged(Verdict.PASS)
    assert later.target == "1"


def test_a_stage_is_as_new_as_the_latest_of_its_deployments_whichever_judge_speaks_last(ledger: Ledger) -> None:
    """The last one judges a region in which nothing can be looked at but a page."""
    first, second, later = releases(ledger, 3)
    first.judged(Verdict.PASS)
    second.action("Pacific", "Deploy", State.SUCCEEDED, PACIFIC, after=10)
    second.said(judge(PACIFIC, [Finding("http", "page", Verdict.PASS, "answers 200")]), [])
    assert later.stage_target == "execution-2"


def test_what_began_earliest_ends_the_time_before_a_stage(ledger: Ledger) -> None:
    first, later = releases(ledger, 2)
    failed = first.finding(Verdict.FAIL, EUROPE, "1")
    first.said(failed, [first.check(), first.check(alias="beta", after=1_000)], after=1_060)
    later.saw_stage("execution-1", 4_100)
    assert later.stage_target == ""


def test_what_the_judge_has_read_is_what_counts(ledger: Ledger) -> None:
    """It read the release before it spoke: a stage that ended since is for the judge who sees it."""
    release, later = releases(ledger, 2)
    release.stage(State.STARTED)
    read = KnownFacts(ledger.read(release.subject))
    release.stage(State.SUCCEEDED)
    found = release.finding(Verdict.PASS, EUROPE, "1")
    word = JudgeVerdict("Deploy", found, release.began + 60, final=True)
    ledger.merge(release.subject, word.to_fact(word.at))
    release.states.judged(release.subject, "Deploy", [release.check()], found, word.at, read)
    assert later.target == ""


def test_a_stage_is_no_newer_for_what_another_one_deployed(ledger: Ledger) -> None:
    first, second, later = releases(ledger, 3)
    first.action("Other", "Deploy", State.STARTED, stage="Later", after=5_000)
    first.judged(Verdict.PASS)
    second.judged(Verdict.PASS)
    assert later.stage_target == "execution-2"


def test_a_region_in_which_nothing_was_deployed_proves_nothing_against_the_stage(ledger: Ledger) -> None:
    first, later = releases(ledger, 2)
    first.said(judge(PACIFIC, [Finding("http", "page", Verdict.FAIL, "answers 500")]), [])
    later.saw_stage("execution-0", 7_100)
    assert later.stage_target == "execution-0"
