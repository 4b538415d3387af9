"""Which request a resource is at, who waits for whom, and how often the note is read."""

import json
from collections.abc import Callable

import pytest

from provision_regions.ownership.current_request import CurrentRequest, RecordedRequest, ReplacedError
from provision_regions.retry import Deadline, Retrying
from tests.fakes.regions.requests import properties, provider_context, request
from tests.fakes.regions.stores import HOME
from tests.fakes.regions.world import World

NOTE = "/crosscheck/_records/shop/Stores/CurrentRequest"


class Requests:
    """The requests of one resource, a clock that stands still, and what was waited."""

    def __init__(self) -> None:
        self.world = World()
        self.now = 100.0
        self.waited: list[float] = []
        self.settle: Callable[[], None] = lambda: None
        self.asked = 0

    def request(self, name: str, kind: str = "Update") -> CurrentRequest:
        retrying = Retrying(Deadline(lambda: 900.0, 60.0), sleep=self.sleep, clock=lambda: self.now)
        return CurrentRequest(request(kind, properties(), RequestId=name), provider_context(self.world, retrying))

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.settle()

    def confirm(self) -> None:
        self.asked += 1

    def note(self) -> RecordedRequest:
        text = self.world.ssm.values(HOME)[NOTE]
        return RecordedRequest(**{**json.loads(text), "replaced": tuple(json.loads(text)["replaced"])})

    @property
    def reads(self) -> int:
        return len(self.world.called(["GetParameters"]))


def test_a_request_counts_its_runs_and_ends() -> None:
    requests = Requests()
    assert requests.request("one").begin(requests.confirm) == 1
    assert requests.note() == RecordedRequest("one", runs=1, finished=False, replaced=())
    again = requests.request("one")
    assert again.begin(requests.confirm) == 2
    assert requests.note() == RecordedRequest("one", runs=2, finished=False, replaced=())
    again.finish()
    assert requests.note() == RecordedRequest("one", runs=2, finished=True, replaced=())
    assert requests.request("one").begin(requests.confirm) == 3
    assert requests.note() == RecordedRequest("one", runs=3, finished=False, replaced=())
    assert (requests.asked, requests.waited) == (3, [])


def test_the_next_request_waits_only_for_one_that_is_not_finished() -> None:
    requests = Requests()
    first = requests.request("one")
    first.begin(requests.confirm)
    first.finish()
    assert requests.request("two").begin(requests.confirm) == 1
    assert requests.waited == []
    assert requests.request("three").begin(requests.confirm) == 1
    assert requests.waited == [10.0]
    assert requests.note() == RecordedRequest("three", runs=1, finished=False, replaced=("one", "two"))


def test_eight_requests_before_are_known() -> None:
    requests = Requests()
    for number in range(10):
        requests.request(str(number)).begin(requests.confirm)
    assert requests.note().replaced == ("1", "2", "3", "4", "5", "6", "7", "8")


def test_a_request_that_was_replaced_is_not_begun_again() -> None:
    requests = Requests()
    for name in ("one", "two"):
        requests.request(name).begin(requests.confirm)
    with pytest.raises(ReplacedError, match="a later request has replaced this one"):
        requests.request("one").begin(requests.confirm)
    assert (requests.note().request, requests.asked) == ("two", 2)


def test_what_cloudformation_does_not_confirm_is_not_noted() -> None:
    requests = Requests()

    def contradict() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        requests.request("one").begin(contradict)
    assert requests.world.ssm.values(HOME) == {}


def test_an_end_that_is_written_over_the_next_request_is_written_over_once() -> None:
    requests = Requests()
    first, second = requests.request("one"), requests.request("two")
    first.begin(requests.confirm)
    old = requests.world.ssm.values(HOME)[NOTE]
    writes = len(requests.world.called(["PutParameter"]))

    def settle() -> None:
        requests.world.ssm.PutParameter(HOME, NOTE, old, Type="String", Overwrite=True)

    requests.settle = settle
    second.begin(requests.confirm)
    assert requests.note().request == "two"
    assert len(requests.world.called(["PutParameter"])) == writes + 2


def test_a_later_request_that_comes_while_one_waits_keeps_its_note() -> None:
    requests = Requests()
    requests.request("one").begin(requests.confirm)
    second = requests.request("two")

    def settle() -> None:
        requests.settle = lambda: None
        requests.now += 10
        requests.request("three").begin(requests.confirm)

    requests.settle = settle
    second.begin(requests.confirm)
    assert requests.note().request == "three"
    with pytest.raises(ReplacedError, match="another request"):
        second.require()
    with pytest.raises(ReplacedError):
        second.finish()
    assert not requests.note().finished


def test_the_note_is_read_once_a_second() -> None:
    requests = Requests()
    served = requests.request("one")
    served.begin(requests.confirm)
    before = requests.reads
    for now, reads in [(100.0, 0), (100.9, 0), (101.0, 1), (101.5, 1), (102.1, 2)]:
        requests.now = now
        served.require()
        assert requests.reads - before == reads, now


def test_after_a_delete_there_is_no_note() -> None:
    requests = Requests()
    requests.request("one").begin(requests.confirm)
    removal = requests.request("two", "Delete")
    removal.begin(requests.confirm)
    removal.finish()
    assert requests.world.ssm.values(HOME) == {}
    requests.now += 1
    with pytest.raises(ReplacedError):
        removal.require()


def test_what_another_version_wrote_is_read_with_its_defaults() -> None:
    assert RecordedRequest() == RecordedRequest("", runs=0, finished=False, replaced=())
