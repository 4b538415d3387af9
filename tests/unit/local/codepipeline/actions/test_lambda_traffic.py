"""The steps of each DeployStrategy."""

import pytest

from local.codepipeline.actions.lambda_traffic import Step, UnknownStrategyError, steps


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("AllAtOnce", []),
        ("Canary10Percent5Minutes", [(10, 5)]),
        ("Canary25Percent1Minute", [(25, 1)]),
        ("Linear10PercentEvery1Minute", [(percent, 1) for percent in range(10, 100, 10)]),
        ("Linear40PercentEvery3Minutes", [(40, 3), (80, 3)]),
        ("Canary1Percent2880Minutes", [(1, 2880)]),
    ],
)
def test_the_traffic_goes_over_in_steps(strategy: str, expected: list[tuple[int, int]]) -> None:
    assert steps(strategy) == tuple(Step(percent, minutes) for percent, minutes in expected)


@pytest.mark.parametrize("strategy", ["", "Canary", "Canary0Percent5Minutes", "Canary100Percent5Minutes", "allatonce"])
def test_what_is_no_strategy_is_named(strategy: str) -> None:
    with pytest.raises(UnknownStrategyError, match=f"{strategy!r} is no deployment strategy"):
        steps(strategy)


@pytest.mark.parametrize("strategy", ["Canary1Percent2881Minutes", "Linear10PercentEvery321Minutes"])
def test_two_days_are_the_longest(strategy: str) -> None:
    with pytest.raises(UnknownStrategyError, match="more than two days"):
        steps(strategy)
