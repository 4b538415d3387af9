"""Whose doing is it what ran just before a release, where that one is to be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck.contracts.verdicts import Verdict, judge
from crosscheck.ledger.decision_facts import SkippedCheck, check_id
from crosscheck.ledger.table import Ledger
from crosscheck.verification.attribution import CheckResult
from crosscheck.verification.skips import honour
from tests.builders.alias_releases import EUROPE, releases


def test_what_somebody_else_has_deployed_since_is_left_to_a_person(ledger: Ledger) -> None:
    january, december = releases(ledger, 2)
    january.judged(Verdict.PASS)
    december.saw("by hand", 7_100)
    december.judged(Verdict.FAIL)
    assert december.target == "1"
    assert december.strange == (
        "just before this release by hand ran there, which no release that was judged has brought; "
        "a person has to say whether to go back to 1"
    )


@pytest.mark.parametrize("looked", [7_200, 7_210])
def test_what_this_release_brought_before_preflight_looked_is_no_strangers(ledger: Ledger, looked: int) -> None:
    """A pipeline that deploys at once may be quicker than its preflight."""
    good, release = releases(ledger, 2)
    good.judged(Verdict.PASS)
    release.saw("2", looked)
    release.judged(Verdict.FAIL)
    assert (release.target, release.strange) == ("1", "")


def test_what_somebody_deployed_by_hand_is_theirs_though_the_release_brought_the_same(ledger: Ledger) -> None:
    good, release = releases(ledger, 2)
    good.judged(Verdict.PASS)
    release.saw("2", 7_100)
    release.judged(Verdict.FAIL)
    assert release.target == "1"
    assert "just before this release 2 ran there" in release.strange


def test_what_a_judged_release_left_broken_is_no_strangers(ledger: Ledger) -> None:
    good, first, second = releases(ledger, 3)
    good.judged(Verdict.PASS)
    first.judged(Verdict.FAIL)
    second.saw("2", 10_700)
    second.judged(Verdict.FAIL)
    assert (second.target, second.strange) == ("1", "")


def test_what_ran_after_a_release_whose_state_nobody_could_read_is_left_to_a_person(ledger: Ledger) -> None:
    """It may be what that left, and it may be somebody's hotfix of it."""
    good, first, second = releases(ledger, 3)
    good.judged(Verdict.PASS)
    first.said(judge(EUROPE, [first.check().finding(Verdict.FAIL, "deploy action failed")]), [first.check()])
    second.saw("half of 2", 10_700)
    second.judged(Verdict.FAIL)
    assert second.target == "1"
    assert "half of 2 ran there" in second.strange


def test_a_judged_release_that_ended_after_preflight_is_no_stranger(ledger: Ledger) -> None:
    first, second = releases(ledger, 2)
    second.saw("0", 3_500)
    first.judged(Verdict.PASS)
    second.judged(Verdict.FAIL)
    assert (second.target, second.strange) == ("1", "")


def test_what_ran_before_the_first_release_is_gone_back_to(ledger: Ledger) -> None:
    (first,) = releases(ledger, 1)
    first.saw("0", 3_500)
    first.judged(Verdict.FAIL)
    assert (first.target, first.strange) == ("0", "")


def test_what_another_preflight_saw_long_before_is_for_a_person_where_this_ones_saw_nothing(ledger: Ledger) -> None:
    """Any pipeline may name the target, and so choose when what runs there is seen; its owner moved on by hand."""
    theirs, ours = releases(ledger, 2)
    theirs.saw("0", -500)
    ours.saw("", 3_500)
    ours.judged(Verdict.FAIL)
    assert ours.target == "0"
    assert ours.strange == (
        "nothing has passed there, and what ran just before this release was not seen; a person has to say whether to "
        "go back to 0"
    )


def test_what_has_passed_is_gone_back_to_though_preflight_saw_nothing(ledger: Ledger) -> None:
    first, second = releases(ledger, 2)
    first.saw("0", -500)
    first.judged(Verdict.PASS)
    second.judged(Verdict.FAIL)
    assert (second.target, second.strange) == (first.version, "")


def test_what_a_release_brought_since_the_last_proof_and_could_be_read_excuses_nothing_else(ledger: Ledger) -> None:
    good, bad, release = releases(ledger, 3)
    good.judged(Verdict.PASS)
    bad.judged(Verdict.FAIL)
    release.saw("by hand", 10_700)
    release.judged(Verdict.FAIL)
    assert "by hand ran there" in release.strange


def test_one_release_that_was_judged_after_preflight_is_enough(ledger: Ledger) -> None:
    first, second, third = releases(ledger, 3)
    first.judged(Verdict.PASS)
    third.saw("half of 2", 7_300)
    second.judged(Verdict.FAIL, after=300)
    third.judged(Verdict.FAIL)
    assert (third.target, third.strange) == ("1", "")


@pytest.mark.parametrize("seen", [None, ""])
def test_where_nobody_saw_anything_nothing_is_strange(ledger: Ledger, seen: str | None) -> None:
    (release,) = releases(ledger, 1)
    if seen is not None:
        release.saw(seen, 3_500)
    assert (release.target, release.strange) == ("", "")


def test_what_somebody_deployed_by_hand_is_theirs_where_the_release_brought_nothing(ledger: Ledger) -> None:
    good, release = releases(ledger, 2)
    good.judged(Verdict.PASS)
    release.saw("by hand", 7_210)
    assert "by hand ran there" in release.strange


def test_a_word_of_the_second_in_which_preflight_looked_is_no_newer(ledger: Ledger) -> None:
    first, second, third = releases(ledger, 3)
    first.judged(Verdict.PASS)
    third.saw("by hand", 7_300)
    second.judged(Verdict.FAIL, after=100)
    third.judged(Verdict.FAIL)
    assert "by hand ran there" in third.strange


@pytest.mark.parametrize("told", [True, False])
def test_what_a_release_gave_way_to_is_left_to_a_person(ledger: Ledger, told: bool) -> None:
    good, release, later = releases(ledger, 3)
    good.judged(Verdict.PASS)
    release.gave_way(told=told)
    later.saw("by hand", 10_700)
    later.judged(Verdict.FAIL)
    assert later.target == "1"
    assert "just before this release by hand ran there" in later.strange


def test_so_it_is_where_the_word_that_the_release_gave_way_came_after_preflight(ledger: Ledger) -> None:
    good, release, later = releases(ledger, 3)
    good.judged(Verdict.PASS)
    later.saw("by hand", 7_251)
    release.gave_way(after=300)
    later.judged(Verdict.FAIL)
    assert "just before this release by hand ran there" in later.strange


@pytest.mark.parametrize(("seen", "at"), [("2", 7_251), ("half of 2", 7_249)])
def test_what_a_release_brought_that_gave_way_to_the_next_one_is_no_strangers(
    ledger: Ledger, seen: str, at: int
) -> None:
    good, release, later = releases(ledger, 3)
    good.judged(Verdict.PASS)
    later.saw(seen, at)
    release.gave_way(after=300)
    later.judged(Verdict.FAIL)
    assert (later.target, later.strange) == ("1", "")


def test_what_a_release_had_passed_with_before_it_gave_way_counts_until_then(ledger: Ledger) -> None:
    good, release, later = releases(ledger, 3)
    good.judged(Verdict.PASS)
    later.saw("half of 2", 7_255)
    release.judged(Verdict.FAIL, judge_name="Deploy/Prove")
    release.gave_way(after=300)
    later.judged(Verdict.FAIL)
    assert (later.target, later.strange) == ("1", "")


def test_what_came_after_a_release_whose_check_a_person_skipped_is_left_to_a_person(ledger: Ledger) -> None:
    good, release, later = releases(ledger, 3)
    good.judged(Verdict.PASS)
    planned = release.check()
    seen = replace(planned.finding(Verdict.FAIL, "0 of 2"), baselines={planned.subject: release.version})
    name = check_id("Deploy", EUROPE, planned.kind, planned.target)
    skip = SkippedCheck(
        "Deploy", EUROPE, name, planned.kind, planned.target, 1, "U0123456789", release.began + 55, "known"
    )
    (result,) = honour([CheckResult(planned.id, EUROPE, seen)], "Deploy", [skip])
    release.said(judge(EUROPE, [result.finding]), [planned])
    later.saw("by hand", 10_700)
    later.judged(Verdict.FAIL)
    assert later.target == "1"
    assert "by hand ran there" in later.strange


def test_a_stage_that_a_judged_release_left_broken_is_no_strangers(ledger: Ledger) -> None:
    good, first, second = releases(ledger, 3)
    good.judged(Verdict.PASS)
    first.judged(Verdict.FAIL)
    second.saw_stage(first.subject.execution, 10_700)
    assert second.stage_strange == ""


def test_a_stage_in_which_an_execution_succeeded_that_nobody_judged_is_left_to_a_person(ledger: Ledger) -> None:
    good, first, second = releases(ledger, 3)
    good.judged(Verdict.PASS)
    second.saw_stage(first.subject.execution, 10_700)
    assert f"just before this release {first.subject.execution} ran there" in second.stage_strange


def test_what_an_action_names_that_left_no_trace_is_not_what_it_brought(ledger: Ledger) -> None:
    """It may have been refused, and what it names be somebody else's."""
    good, refused, release = releases(ledger, 3)
    good.judged(Verdict.PASS)
    planned = refused.check(status="Failed")
    found = replace(planned.finding(Verdict.FAIL, "refused"), baselines={planned.subject: "theirs"})
    refused.said(judge(EUROPE, [found]), [planned])
    release.saw("theirs", 10_700)
    assert "theirs ran there" in release.strange


def test_what_preflight_saw_after_a_release_had_given_way_is_not_what_that_brought(ledger: Ledger) -> None:
    """Its deployment ended after that look; what it had brought nobody can tell any more."""
    good, gone, release = releases(ledger, 3)
    good.judged(Verdict.PASS)
    release.saw("by hand", 7_210)
    gone.gave_way(told=False)
    assert "by hand ran there" in release.strange
