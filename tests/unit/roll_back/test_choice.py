import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, RollbackProposal
from crosscheck.ledger.states import RollbackState
from roll_back.choice import Candidate, choose


def found(feasibility: Feasibility, reason: str = "because", target: str = "", origin: str = "") -> Candidate:
    planned = PlannedCheck("ecs-service", "eu-west-1", {"service": reason})
    return Candidate(planned, RollbackProposal(feasibility, reason, target), origin=origin)


READY = found(Feasibility.READY, "runs my-service:8", "my-service:7")


@pytest.mark.parametrize(("mode", "state"), [("auto", RollbackState.RUNNING), ("suggest", RollbackState.SUGGESTED)])
def test_what_is_ready_is_taken_back_or_suggested(mode: str, state: RollbackState) -> None:
    choice = choose([found(Feasibility.ALREADY_BACK), READY, found(Feasibility.SUPERSEDED)], mode, begun=False)
    assert (choice.state, choice.reason, choice.target) == (state, "runs my-service:8", "my-service:7")
    assert choice.ready == (READY,)


@pytest.mark.parametrize(
    ("feasibilities", "state"),
    [
        ([Feasibility.ALREADY_BACK], RollbackState.BACK),
        ([Feasibility.ALREADY_BACK, Feasibility.SUPERSEDED], RollbackState.MOVED_ON),
        ([Feasibility.SUPERSEDED, Feasibility.MANUAL, Feasibility.ALREADY_BACK], RollbackState.SUGGESTED),
        ([], RollbackState.SUGGESTED),
    ],
)
def test_where_nothing_is_ready_the_most_telling_obstacle_is_told(
    feasibilities: list[Feasibility], state: RollbackState
) -> None:
    choice = choose([found(each, each.value) for each in feasibilities], "auto", begun=False)
    assert (choice.state, choice.ready) == (state, ())
    assert choice.reason


def test_where_the_way_back_leads_to_is_told_with_what_proved_it() -> None:
    proven = found(Feasibility.READY, "runs shop:8", "shop:7", "proven by execution 4f1c0a2e")
    choice = choose([proven, READY, proven], "auto", begun=False)
    assert choice.target == "shop:7 (proven by execution 4f1c0a2e), my-service:7"
    assert choice.origin == "proven by execution 4f1c0a2e"
    assert choose([found(Feasibility.READY, origin="proven by execution 4f1c0a2e")], "auto", begun=False).target == ""


@pytest.mark.parametrize("feasibility", [Feasibility.ALREADY_BACK, Feasibility.SUPERSEDED])
@pytest.mark.parametrize("proven", [True, False])
def test_after_a_crash_only_what_is_back_and_can_be_proven_counts_as_begun(
    feasibility: Feasibility, *, proven: bool
) -> None:
    check = PlannedCheck("ecs-service", "eu-west-1", {"service": "web"})
    proposal = RollbackProposal(feasibility, "because", verification=check if proven else None)
    choice = choose([Candidate(check, proposal)], "auto", begun=True)
    assert bool(choice.ready) is (proven and feasibility is Feasibility.ALREADY_BACK)
