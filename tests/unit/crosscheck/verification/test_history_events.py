"""However long the regions of a stage are looked at, an execution of verify_release holds the events of it."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import pytest

from check_region.region_check import RegionCheck
from conclude_checks.conclude import Conclusion
from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.pipelines.parameters import FAILURE_LIMIT, MINUTES_LIMIT, Parameters
from crosscheck.verification.item import LONGEST_WAIT, Purpose, VerificationItem, parse_item
from plan_checks.release.limits import EVENTS_OF_A_LOOK, LEAST, longest_wait
from roll_back import region_rollback, stage_rollback
from roll_back.log import RollbackLog
from tests.fakes.cards import Cards
from tests.fakes.state_machine import StateMachine
from tests.unit.statemachines.test_verify_release import BRANCH, MACHINE

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
EVENTS_LIMIT = 25_000
REGIONS = 33
# Entering and leaving a state; a function's Scheduled, Started and Succeeded; a Map's Started and Succeeded; the same
# of each of its iterations, and of the execution.
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
STATE, ITERATION, EXECUTION = 2, 2, 2
MORE = {"Task": 3, "Map": 2}
NOW = 1_800_000_000.0
RELEASE = Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555")

type Sees = Callable[[float, int], Verdict]
"""What a stage's look sees, so many seconds after the first, as the look of that number."""


def cost(entered: Sequence[str]) -> int:
    """The events of these states. An inline Map's are in the history of its execution."""
    states = MACHINE["States"] | BRANCH["States"]
    return ITERATION * entered.count(BRANCH["StartAt"]) + sum(
        STATE + MORE.get(states[name]["Type"], 0) for name in entered
    )


class NoLedger(Ledger):
    """A ledger that forgets."""

    def __init__(self) -> None:
        pass

    def merge(self, *_: Any) -> bool:
        """Nothing is written."""
        return False

    def read(self, *_: Any) -> dict[str, Any]:
        """Nothing is known."""
        return {}


class Execution:
    """An execution of the real state machine with the real looks: a stage that failed in every region is rolled back,
    and every rollback is pending to its deadline."""

    def __init__(self, sees: Sees, settle_seconds: float = 0.0) -> None:
        self.looks: list[Purpose] = []
        self.concluded: dict[str, Any] = {}
        self._sees, self._look, self._began = sees, 0, NOW
        self._region_seconds = region_rollback.VERIFY_SECONDS + settle_seconds
        self._whole_stage = False
        ledger, cards = NoLedger(), Cards()
        self._region_check = RegionCheck(Clients(), ledger, cards, self._clock)
        self._log = RollbackLog(ledger, cards, self._clock)
        self._conclusion = Conclusion(ledger, cards, self._clock)
        functions = {
            "${PlanChecks}": lambda planned: planned,
            "${CheckRegion}": self._check_region,
            "${RollBack}": self._roll_back,
            "${ConcludeChecks}": lambda given: self._conclusion.conclude(given["conclude"]),
        }
        self.machine = StateMachine(MACHINE, functions, {"Execution": {"Name": "verification-1"}})

    def run(self, items: Iterable[VerificationItem], *, whole_stage: bool = False) -> int:
        """How many events its history holds. With ``whole_stage`` no region can be rolled back by itself."""
        self._whole_stage = whole_stage
        planned = {"subject": RELEASE.key, "regions": [item.to_json() for item in items]}
        self.concluded = self.machine.run(planned)["concluded"]
        return EXECUTION + cost(self.machine.entered)

    def run_check(self, planned: PlannedCheck, _clients: Clients, _beside: Iterable[PlannedCheck]) -> Finding:
        """What stands for a look at AWS."""
        verdict = Verdict.PENDING
        if self.looks[-1] is Purpose.STAGE:
            verdict = self._sees(self._clock() - self._began, self._look)
        return planned.finding(verdict, "as the test says")

    def _clock(self) -> float:
        return NOW + sum(self.machine.waited)

    def _check_region(self, document: Any) -> Any:
        item = parse_item(document)
        if not item.progress:
            self._look, self._began = 0, self._clock()
        self._look += 1
        self.looks.append(item.purpose)
        return self._region_check.look(item)

    def _roll_back(self, given: Any) -> Any:
        item = parse_item(given["item"])
        if item.purpose is Purpose.WHOLE_STAGE:
            return self._log.started(item, [_check(item.region)], stage_rollback.VERIFY_SECONDS)
        if self._whole_stage:
            return {"state": Purpose.WHOLE_STAGE.value}
        return self._log.started(item, [_check(item.region)], self._region_seconds)


def _check(region: str) -> PlannedCheck:
    return PlannedCheck("http", region, {"url": "https://page.example/"})


def _items(parameters: Parameters, regions: int) -> list[VerificationItem]:
    limits = LEAST.planned(parameters)
    names = [f"xx-region-{number}" for number in range(regions)]
    return [
        VerificationItem(
            Purpose.STAGE,
            RELEASE,
            region,
            NOW,
            (_check(region),),
            limits,
            longest_wait(limits, regions),
            stage="Deploy",
            attempt=1,
            mode="auto",
            deployed_regions=tuple(names),
        )
        for region in names
    ]


type Executing = Callable[..., Execution]


@pytest.fixture
def executing(monkeypatch: pytest.MonkeyPatch) -> Executing:
    def make(sees: Sees, settle_seconds: float = 0.0) -> Execution:
        execution = Execution(sees, settle_seconds)
        monkeypatch.setattr("crosscheck.plans.current.run_check", execution.run_check)
        return execution

    return make


type Count = Callable[..., int]


@pytest.fixture
def count(executing: Executing) -> Count:
    """The events of 33 regions that all see the same, so that each further one costs as many as the second."""

    def events(parameters: Parameters, sees: Sees, settle_seconds: float = 0.0, *, whole_stage: bool = False) -> int:
        items = _items(parameters, REGIONS)
        one, two = (executing(sees, settle_seconds).run(items[:number], whole_stage=whole_stage) for number in (1, 2))
        return one + (REGIONS - 1) * (two - one)

    return events


def pending(_seconds: float, _look: int) -> Verdict:
    return Verdict.PENDING


def failing(_seconds: float, _look: int) -> Verdict:
    return Verdict.FAIL


def by_turns(_seconds: float, look: int) -> Verdict:
    return Verdict.FAIL if look % 2 else Verdict.PASS


def late(parameters: Parameters) -> Sees:
    """Passes just before the deadline, and fails just before the end of the soak."""
    limits = LEAST.planned(parameters)

    def see(seconds: float, _look: int) -> Verdict:
        # the look before the last one is a second early at the most
        if seconds < limits.deadline - 2:
            return Verdict.PENDING
        return Verdict.PASS if seconds < limits.deadline + limits.soak - 2 else Verdict.FAIL

    return see


DAY = float(MINUTES_LIMIT)


@pytest.mark.parametrize(("regions", "minutes"), [(1, DAY), (4, DAY), (REGIONS, 120.0), (REGIONS, DAY)])
def test_f13_regions_that_are_pending_to_the_deadline_and_are_rolled_back_stay_below_the_limit(
    executing: Executing, count: Count, regions: int, minutes: float
) -> None:
    execution = executing(pending)
    events = execution.run(_items(Parameters(deadline_minutes=minutes), regions))
    assert events < EVENTS_LIMIT
    assert len(execution.concluded["failed"]) == regions
    assert execution.looks.count(Purpose.ROLLBACK) > regions
    if regions == REGIONS:
        assert events == count(Parameters(deadline_minutes=minutes), pending)


@pytest.mark.parametrize("minutes", [120.0, DAY])
def test_so_do_regions_that_pass_at_the_deadline_and_fail_at_the_end_of_as_long_a_soak(
    count: Count, minutes: float
) -> None:
    parameters = Parameters(deadline_minutes=minutes, soak_minutes=minutes)
    assert count(parameters, late(parameters)) < EVENTS_LIMIT


@pytest.mark.parametrize("minutes", [30.0, 120.0, DAY])
@pytest.mark.parametrize("failures", [0, 1, 10, FAILURE_LIMIT])
def test_so_do_regions_that_fail_as_often_as_a_plan_tolerates(count: Count, minutes: float, failures: int) -> None:
    assert count(Parameters(deadline_minutes=minutes, failure_limit=failures), failing) < EVENTS_LIMIT


@pytest.mark.parametrize("soak", [0.0, 30.0, DAY])
@pytest.mark.parametrize("minutes", [30.0, 120.0, DAY])
def test_so_do_regions_that_pass_and_fail_by_turns(count: Count, minutes: float, soak: float) -> None:
    assert count(Parameters(deadline_minutes=minutes, soak_minutes=soak), by_turns) < EVENTS_LIMIT


@pytest.mark.parametrize("minutes", [30.0, 120.0, DAY])
def test_so_do_rollbacks_after_which_a_service_goes_on_for_two_days(count: Count, minutes: float) -> None:
    assert count(Parameters(deadline_minutes=minutes), pending, settle_seconds=2 * DAY * 60) < EVENTS_LIMIT


@pytest.mark.parametrize("minutes", [120.0, DAY])
def test_so_does_a_stage_that_is_rolled_back_as_a_whole(executing: Executing, minutes: float) -> None:
    execution = executing(pending)
    events = execution.run(_items(Parameters(deadline_minutes=minutes), REGIONS), whole_stage=True)
    assert events < EVENTS_LIMIT
    assert execution.looks.count(Purpose.ROLLBACK) > 1


def test_a_look_costs_the_events_that_the_longest_wait_reckons_with(executing: Executing) -> None:
    execution = executing(pending)
    execution.run(_items(Parameters(), 1))
    entered = execution.machine.entered[: execution.machine.entered.index("RollBack")]
    looks = [number for number, name in enumerate(entered) if name == "Look"]
    assert {cost(entered[look:following]) for look, following in pairwise(looks)} == {EVENTS_OF_A_LOOK}


def test_a_few_regions_are_looked_at_every_minute() -> None:
    limits = LEAST.planned(Parameters())
    assert longest_wait(limits, 4) == LONGEST_WAIT
    assert longest_wait(limits, REGIONS) < 2 * LONGEST_WAIT
