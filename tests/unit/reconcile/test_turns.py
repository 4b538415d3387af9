"""F3: however many pipelines there are, and however few of them a run gets to, each has its turn."""

import pytest

from reconcile.turns import by_turns, rotated

NOW = 14_600_000  # runs every two minutes since 1970


@pytest.mark.parametrize("pipelines", [1, 2, 7, 50, 51, 100, 150, 500])
@pytest.mark.parametrize("reached", [1, 7, 28, 50])
def test_f03_every_pipeline_is_reached_within_twice_the_runs_that_it_takes_at_least(
    pipelines: int, reached: int
) -> None:
    runs = 2 * -(-pipelines // reached)
    asked = {place for run in range(NOW, NOW + runs) for place in rotated(run, range(pipelines))[:reached]}
    assert asked == {*range(pipelines)}


def test_a_run_has_every_pipeline_once() -> None:
    assert sorted(rotated(NOW, range(50))) == [*range(50)]
    assert rotated(NOW, ()) == ()


def test_pipelines_without_open_releases_do_not_wait_for_the_end_of_those_with_some() -> None:
    assert [*by_turns("abcd", "xy")] == ["a", "x", "b", "y", "c", "d"]
    assert [*by_turns("", "xy")] == ["x", "y"]
