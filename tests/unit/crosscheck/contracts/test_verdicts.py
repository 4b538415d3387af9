from dataclasses import replace

import pytest

from crosscheck.contracts.verdicts import Finding, Verdict, combine, judge
from crosscheck.text import on_one_line

STACK = Finding("cloudformation-stack", "shop", Verdict.PASS, "shop is updated")
SERVICE = Finding("ecs-service", "web", Verdict.PASS, "web runs")


def test_a_region_to_which_no_check_applies_is_unknown_and_says_so() -> None:
    judged = judge("eu-west-1", ())
    assert (judged.verdict, judged.reason) == (Verdict.INCONCLUSIVE, "no check applies to this region")


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("held", "decides"),
    [
        ([("fails", Verdict.FAIL, False), ("gives way", Verdict.FAIL, True)], "fails"),
        ([("passes", Verdict.PASS, False), ("gives way", Verdict.PENDING, True)], "gives way"),
        ([("is pending", Verdict.PENDING, False), ("gives way", Verdict.PASS, True)], "gives way"),
    ],
)
def test_what_fails_by_itself_counts_more_than_what_gave_way_and_that_more_than_all_else(
    held: list[tuple[str, Verdict, bool]], decides: str, order: int
) -> None:
    contents = [replace(SERVICE, reason=reason, verdict=verdict, moved_on=moved) for reason, verdict, moved in held]
    (decisive,) = (each for each in contents if each.reason == decides)
    combined = combine(STACK, contents[::order])
    assert (combined.verdict, combined.moved_on) == (decisive.verdict, decisive.moved_on)
    assert combined.reason == f"shop is updated; {decides}"


def test_what_others_compare_is_handed_on_as_it_is_and_the_reason_as_a_line() -> None:
    named = "web\u2800"
    seen = on_one_line(replace(SERVICE, target=named, baselines={named: named}, reason="two\nlines"))
    assert (seen.target, seen.baselines, seen.reason) == (named, {named: named}, "two lines")
