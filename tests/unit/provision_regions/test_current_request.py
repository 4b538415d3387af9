"""Which request a resource is at, who waits for whom, and how often the note is read."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import pytest

from crosscheck.json_documents import read
from provision_regions.custom_resource.origin import ContradictedError
from provision_regions.ownership.current_request import CurrentRequest, RecordedRequest, ReplacedError
from provision_regions.retry import Deadline, Retrying
from tests.fakes.regions.requests import properties, provider_context, request
from tests.fakes.regions.stores import ASIA, EU, HOME
from tests.fakes.regions.world import World

if TYPE_CHECKING:
    from provision_regions.custom_resource.origin import RequestOrigin

NOTE = "/crosscheck/_records/shop/Stores/CurrentRequest"


class Requests:
    """The requests of one resource, a clock that stands still, and what was waited."""

    def __init__(self) -> None:
        self.world = World()
        self.now = 100.0
        self.waited: list[float] = []
        self.settle: Callable[[], None] = lambda: None
        self.asked = 0
        self.contradicts = False
        self.rolls_back = False

    def request(self, name: str, kind: str = "Update", before: str = "", after: str = "") -> CurrentRequest:
        retrying = Retrying(Deadline(lambda: 900.0, 60.0), sleep=self.sleep, clock=lambda: self.now)
        return CurrentRequest(
            request(kind, properties(after), properties(before), RequestId=name), provider_context(self.world, retrying)
        )

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.settle()

    def begin(self, current: CurrentRequest) -> int:
        return current.begin(cast("RequestOrigin", self))

    def confirm(self) -> None:
        self.asked += 1
        if self.contradicts:
            raise ContradictedError

    def stack_rolls_back(self) -> bool:
        return self.rolls_back

    def note(self) -> RecordedRequest:
        return read(RecordedRequest, json.loads(self.world.ssm.values(HOME)[NOTE]), "the note")

    @property
    def reads(self) -> int:
        return len(self.world.called(["GetParameters"]))


def test_a_request_counts_its_runs_and_ends() -> None:
    requests = Requests()
    assert requests.begin(requests.request("one")) == 1
    assert requests.note() == RecordedRequest("one", runs=1, finished=False, replaced=())
    again = requests.request("one")
    assert requests.begin(again) == 2
    assert requests.note() == RecordedRequest("one", runs=2, finished=False, replaced=())
    again.finish()
    assert requests.note() == RecordedRequest("one", runs=2, finished=True, replaced=())
    assert requests.begin(requests.request("one")) == 3
    assert requests.note() == RecordedRequest("one", runs=3, finished=False, replaced=())
    assert (requests.asked, requests.waited) == (3, [])


def test_the_next_request_waits_only_for_one_that_is_not_finished() -> None:
    requests = Requests()
    first = requests.request("one")
    requests.begin(first)
    first.finish()
    assert requests.begin(requests.request("two")) == 1
    assert requests.waited == []
    assert requests.begin(requests.request("three")) == 1
    assert requests.waited == [10.0]
    assert requests.note() == RecordedRequest("three", runs=1, finished=False, replaced=("one", "two"))


def test_eight_requests_before_are_known() -> None:
    requests = Requests()
    for number in range(10):
        requests.begin(requests.request(str(number)))
    assert requests.note().replaced == ("1", "2", "3", "4", "5", "6", "7", "8")


def test_a_request_that_was_replaced_is_not_begun_again() -> None:
    requests = Requests()
    for name in ("one", "two"):
        requests.begin(requests.request(name))
    with pytest.raises(ReplacedError, match="a later request has replaced this one"):
        requests.begin(requests.request("one"))
    assert (requests.note().request, requests.asked) == ("two", 2)


def test_what_cloudformation_does_not_confirm_is_not_noted() -> None:
    requests = Requests()

    requests.contradicts = True
    with pytest.raises(ContradictedError):
        requests.begin(requests.request("one"))
    assert requests.world.ssm.values(HOME) == {}


def test_an_end_that_is_written_over_the_next_request_is_written_over_once() -> None:
    requests = Requests()
    first, second = requests.request("one"), requests.request("two")
    requests.begin(first)
    old = requests.world.ssm.values(HOME)[NOTE]
    writes = len(requests.world.called(["PutParameter"]))

    def settle() -> None:
        requests.world.ssm.PutParameter(HOME, NOTE, old, Type="String", Overwrite=True)

    requests.settle = settle
    requests.begin(second)
    assert requests.note().request == "two"
    assert len(requests.world.called(["PutParameter"])) == writes + 2


def test_a_later_request_that_comes_while_one_waits_keeps_its_note() -> None:
    requests = Requests()
    requests.begin(requests.request("one"))
    second = requests.request("two")

    def settle() -> None:
        requests.settle = lambda: None
        requests.now += 10
        requests.begin(requests.request("three"))

    requests.settle = settle
    requests.begin(second)
    assert requests.note().request == "three"
    with pytest.raises(ReplacedError, match="another request"):
        second.require()
    with pytest.raises(ReplacedError):
        second.finish()
    assert not requests.note().finished


def test_the_note_is_read_once_a_second() -> None:
    requests = Requests()
    served = requests.request("one")
    requests.begin(served)
    before = requests.reads
    for now, reads in [(100.0, 0), (100.9, 0), (101.0, 1), (101.5, 1), (102.1, 2)]:
        requests.now = now
        served.require()
        assert requests.reads - before == reads, now


def test_after_a_delete_there_is_no_note() -> None:
    requests = Requests()
    requests.begin(requests.request("one"))
    removal = requests.request("two", "Delete")
    requests.begin(removal)
    removal.finish()
    assert requests.world.ssm.values(HOME) == {}
    requests.now += 1
    with pytest.raises(ReplacedError):
        removal.require()


def test_what_another_version_wrote_is_read_with_its_defaults() -> None:
    assert RecordedRequest() == RecordedRequest("", runs=0, finished=False, replaced=())


def test_a_second_run_of_a_delete_leaves_the_note_of_the_request_that_came_since() -> None:
    """Lambda has delivered the Delete twice, and the first run has answered."""
    requests = Requests()
    requests.begin(requests.request("removal", "Delete"))
    second_run = requests.request("removal", "Delete")
    requests.begin(second_run)
    requests.begin(requests.request("next"))
    with pytest.raises(ReplacedError):
        second_run.finish()
    assert requests.note().request == "next"


def test_a_note_of_a_later_version_stops_no_rollback_to_this_one() -> None:
    """The rollback of an update of Crosscheck is served by the earlier version, as is every request after it."""
    requests = Requests()
    requests.begin(requests.request("one"))
    note = requests.world.ssm.values(HOME)[NOTE]
    later = json.dumps(json.loads(note) | {"since": 1})
    requests.world.ssm.PutParameter(HOME, NOTE, later, Type="String", Overwrite=True)
    assert requests.begin(requests.request("two")) == 1


def test_an_update_that_begins_while_it_is_rolled_back_already_is_not_served() -> None:
    """Lambda has kept it back. It may be made again once the rollback is over."""
    requests = Requests()
    requests.rolls_back = True
    requests.begin(requests.request("rollback", before=ASIA, after=EU))
    with pytest.raises(ReplacedError, match="rolling this update back"):
        requests.begin(requests.request("late", before=EU, after=ASIA))
    assert requests.note().request == "rollback"
    requests.rolls_back = False
    assert requests.begin(requests.request("again", before=EU, after=ASIA)) == 1


def test_a_rollback_is_served_after_its_update_again_and_after_another_rollback() -> None:
    requests = Requests()
    requests.begin(requests.request("update", before=EU, after=ASIA))
    requests.rolls_back = True
    for name, run in (("rollback", 1), ("rollback", 2), ("continued", 1)):
        assert requests.begin(requests.request(name, before=ASIA, after=EU)) == run
    assert requests.begin(requests.request("further", before=EU, after=HOME)) == 1
    for name in ("nothing-changed", "nothing-changed-again"):
        assert requests.begin(requests.request(name, before=EU, after=EU)) == 1


def test_no_other_request_asks_whether_the_stack_rolls_back() -> None:
    requests = Requests()
    requests.rolls_back = True
    for kind in ("Create", "Delete"):
        assert requests.begin(requests.request(kind, kind, before=ASIA, after=EU)) == 1
        assert requests.note().undoes == ""


def test_a_note_that_is_not_there_is_looked_for_again() -> None:
    requests = Requests()
    current = requests.request("one")
    requests.begin(current)
    note = requests.world.ssm.values(HOME)[NOTE]
    requests.now += 1
    requests.world.ssm.DeleteParameters(HOME, [NOTE])
    reads = requests.reads
    with pytest.raises(ReplacedError):
        current.require()
    assert requests.reads - reads == 4
    assert len(requests.waited) == 4

    def settle() -> None:
        if len(requests.waited) == 7:
            requests.world.ssm.PutParameter(HOME, NOTE, note, Type="String")

    requests.settle = settle
    current.require()
    assert requests.reads - reads == 8


def test_what_the_note_said_before_is_no_later_request() -> None:
    requests = Requests()
    requests.begin(requests.request("one"))
    note = requests.world.ssm.values(HOME)[NOTE]
    second = requests.request("two")
    requests.begin(second)
    requests.world.ssm.PutParameter(HOME, NOTE, note, Type="String", Overwrite=True)
    requests.now += 1
    reads = requests.reads
    second.require()
    assert requests.reads - reads == 1


def test_properties_are_the_same_in_any_order() -> None:
    forth = request("Update", {"a": "1", "b": "2"}, {"a": "3", "b": "4"}, RequestId="one")
    back = request("Update", {"b": "4", "a": "3"}, {"b": "2", "a": "1"}, RequestId="two")
    with pytest.raises(ReplacedError, match="rolling this update back"):
        RecordedRequest().begun(back, rolls_back=True).begun(forth, rolls_back=True)
