"""The measurements' own code: what is wrong is found, and nothing is measured that did not happen."""

from __future__ import annotations

import base64
import random

import pytest

from bench import load_releases
from bench.fan_out import longest_chain
from bench.functions import FULL_CORE
from bench.load_account import difference, known_from
from bench.load_releases import LostError, release
from bench.load_stores import emptied, regions
from bench.memory import CALL_MILLISECONDS, SIZES, dollars, duration
from bench.replay import in_region, operation
from bench.timing import interleaved, table
from tests.builders import events

SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260304/eu-west-1/sqs/aws4_request, x=y"}


def test_each_takes_its_turn_in_every_round_and_the_median_counts() -> None:
    taken: list[str] = []
    figures = {"ours": iter([3.0, 1.0, 9.0]), "floor": iter([2.0, 2.0, 8.0])}

    def measure(name: str) -> float:
        taken.append(name)
        return next(figures[name])

    found = interleaved(3, {"ours": lambda: measure("ours"), "floor": lambda: measure("floor")})
    assert found == {"ours": 3.0, "floor": 2.0}
    assert taken == ["floor", "ours", "ours", "floor", "floor", "ours"]


@pytest.mark.parametrize(
    ("calls", "chain"),
    [([], 0), ([(0, 1), (0, 1)], 1), ([(0, 1), (1, 2), (0.5, 1.5)], 2), ([(0, 9), (0, 1), (2, 3), (4, 5)], 3)],
)
def test_the_critical_path_is_the_longest_chain_of_calls(calls: list[tuple[float, float]], chain: int) -> None:
    assert longest_chain(calls) == chain


def test_a_request_is_named_by_its_protocol() -> None:
    assert operation("POST", "/", {**SIGNED, "X-Amz-Target": "AmazonSQS.SendMessage"}, b"") == (
        "eu-west-1",
        "sqs",
        "AmazonSQS.SendMessage",
    )
    form = {**SIGNED, "Content-Type": "application/x-www-form-urlencoded"}
    assert operation("POST", "/", form, b"Action=DescribeStacks&Version=1")[-1] == "DescribeStacks"
    assert operation("PUT", "/bucket?encryption", SIGNED, b"")[-2:] == ("PUT", "/bucket?encryption")
    assert operation("POST", "/api/chat.update", {}, b"{}") == ("POST", "/api/chat.update")


def test_less_memory_makes_the_cpu_time_longer_and_the_waiting_no_cheaper() -> None:
    assert duration(100.0, 0, FULL_CORE) == 100.0
    assert duration(100.0, 3, FULL_CORE // 2 + 1) == pytest.approx(200.0 + 3 * CALL_MILLISECONDS, rel=0.01)
    assert duration(100.0, 0, 2 * FULL_CORE) == 100.0  # a second core is of no use to one thread
    busy = [dollars(duration(100.0, 0, memory), memory) for memory in SIZES]
    assert busy == pytest.approx([busy[0]] * len(busy))
    waiting = [dollars(duration(0.0, 3, memory), memory) for memory in SIZES]
    assert waiting == sorted(waiting)
    assert waiting[-1] == pytest.approx(waiting[0] * FULL_CORE / SIZES[0])


def test_a_release_has_the_events_that_codepipeline_sends() -> None:
    assert len(release("x")) == 26
    assert len(release("x", 32)) == 26 + 2 * 30


def test_releases_that_arrive_shuffled_and_twice_are_recorded_right() -> None:
    count, regions_, delivered, *_ = load_releases.run(2)
    assert (count, regions_, delivered) == (2, 3, 52)


def test_a_lost_event_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_releases.release

    def without_end(execution: str, regions: int = 2) -> list[events.Event]:
        found = whole(execution, regions)
        return found if execution == load_releases.REFERENCE else found[:-1]

    monkeypatch.setattr(load_releases, "release", without_end)
    with pytest.raises(LostError, match="'pipeline'"):
        load_releases.run(1)


def test_a_verification_that_was_not_started_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    take = load_releases.Account._take

    def losing(account: load_releases.Account) -> None:
        take(account)
        account.started = {name for name in account.started if not name.startswith("00000000")}

    monkeypatch.setattr(load_releases.Account, "_take", losing)
    with pytest.raises(LostError, match="not started"):
        load_releases.run(1)


def test_what_a_ledger_must_know_does_not_depend_on_the_order_of_the_events() -> None:
    wanted = release("00000000-0000-4000-8000-000000000000")
    expected = known_from(wanted)
    latest, once = expected["pipeline"]
    assert latest["run"]["state"] == "SUCCEEDED"
    assert once
    shuffled = wanted * 2
    random.Random(7).shuffle(shuffled)  # noqa: S311 - no secret
    assert known_from(shuffled) == expected
    assert difference(expected, {**expected, "verdict": ({}, {})}) == []
    assert difference(expected, known_from(wanted[:-1])) == ["pipeline"]


def test_a_region_that_was_not_recorded_answers_as_another_one() -> None:
    def recorded(region: str) -> dict[str, object]:
        content = base64.b64encode(f"bucket-{region}".encode()).decode()
        headers = {"Authorization": SIGNED["Authorization"].replace("eu-west-1", region)}
        return {"method": "PUT", "url": f"/b-{region}", "headers": headers, "body": region, "content": content}

    assert in_region([recorded("eu-west-1"), recorded("sa-east-1")], "eu-west-1", "af-south-1") == [
        recorded("af-south-1")
    ]


def test_f33_a_full_store_is_deleted_while_somebody_writes() -> None:
    found = emptied(4_000)
    assert found["writes refused"] == 4
    assert found["runs"] == 1


def test_regions_are_told_apart_and_the_home_region_leads() -> None:
    assert regions(33)[0] == "us-east-1"
    assert len(set(regions(33))) == 33


def test_a_table_is_markdown() -> None:
    assert table(("a", "b"), [(1, 2)]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
