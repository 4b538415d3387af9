from typing import Any

import pytest

from provision_regions.replication.rules import fingerprint, merge, quota_problem, wanted_rules
from tests.fakes.regions.ecr_world import ASIA, EU, rule

ACCOUNT = "111122223333"


def known(*rules: Any) -> frozenset[str]:
    return frozenset(map(fingerprint, rules))


def merged(present: list[Any], ours: frozenset[str], *wanted: Any) -> tuple[list[Any], frozenset[str]]:
    result = merge(tuple(present), ours, wanted)
    return list(result.rules), result.ours


OURS: Any = rule(EU, prefixes=("my-service",))
THEIRS: Any = rule(ASIA, prefixes=("team",))


def test_our_rule_is_added_behind_other_peoples() -> None:
    assert merged([THEIRS], known(), OURS) == ([THEIRS, OURS], known(OURS))


def test_nothing_is_added_twice_and_nobody_loses_his_place() -> None:
    assert merged([OURS, THEIRS], known(OURS), OURS) == ([OURS, THEIRS], known(OURS))


def test_a_rule_that_changes_is_replaced() -> None:
    wanted: Any = rule(EU, ASIA, prefixes=("my-service",))
    assert merged([OURS, THEIRS], known(OURS), wanted) == ([THEIRS, wanted], known(wanted))


def test_an_identical_rule_that_was_there_before_is_not_ours() -> None:
    assert merged([OURS], known(), OURS) == ([OURS], known())
    assert merged([OURS], known()) == ([OURS], known())


def test_of_two_identical_rules_one_is_ours() -> None:
    assert merged([OURS, OURS], known(OURS), OURS) == ([OURS, OURS], known(OURS))
    assert merged([OURS, OURS], known(OURS)) == ([OURS], known())


def test_a_rule_of_ours_that_somebody_removed_comes_back() -> None:
    assert merged([THEIRS], known(OURS), OURS) == ([THEIRS, OURS], known(OURS))


def test_the_order_within_a_rule_does_not_matter() -> None:
    one: Any = rule(EU, ASIA, prefixes=("my-service", "my-worker"))
    other: Any = rule(ASIA, EU, prefixes=("my-worker", "my-service"), deleteReplication={"enabled": False})
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    "other",
    [
        rule(EU),
        rule(EU, prefixes=("my-service", "my-worker")),
        rule(ASIA, prefixes=("my-service",)),
        rule(EU, prefixes=("my-service",), deleteReplication={"enabled": True}),
    ],
)
def test_what_does_something_else_is_another_rule(other: Any) -> None:
    assert fingerprint(other) != fingerprint(OURS)


def test_prefixes_and_destinations_are_split_at_the_quotas() -> None:
    prefixes = tuple(f"team-{number:03}" for number in range(201))
    regions = tuple(f"region-{number:02}" for number in range(26))
    rules = wanted_rules(regions, prefixes, ACCOUNT)
    shape = [(len(entry["destinations"]), len(entry["repositoryFilters"])) for entry in rules]
    assert shape == [(25, 100), (25, 100), (25, 1), (1, 100), (1, 100), (1, 1)]
    pairs = {
        (place["region"], each["filter"])
        for entry in rules
        for place in entry["destinations"]
        for each in entry["repositoryFilters"]
    }
    assert pairs == {(region, prefix) for region in regions for prefix in prefixes}


@pytest.mark.parametrize(("regions", "prefixes"), [((), ("my-service",)), ((EU,), ()), ((), ())])
def test_no_prefix_is_no_rule_and_never_a_rule_for_everything(
    regions: tuple[str, ...], prefixes: tuple[str, ...]
) -> None:
    assert wanted_rules(regions, prefixes, ACCOUNT) == ()


def test_problems_are_told_with_their_numbers() -> None:
    many: list[Any] = [rule(EU, prefixes=(f"team-{number}",)) for number in range(10)]
    assert quota_problem(merge(many, known(), ())) == ""
    problem = quota_problem(merge(many, known(), (OURS,)))
    assert problem == "1 rules of ours and 10 of others; the quota is 10"
    wide: Any = rule(*(f"region-{number}" for number in range(26)))
    assert quota_problem(merge((wide,), known(), ())) == "26 different destinations in all rules; the quota is 25"
