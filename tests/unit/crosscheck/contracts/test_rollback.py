import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, RollbackProposal

CHECK = PlannedCheck("ecs-service", "eu-west-1", {"cluster": "main", "service": "web"})
READY = RollbackProposal(Feasibility.READY, "web runs web:8", "web:7", {"primary": "1"}, CHECK)


def test_a_proposal_that_is_ready_has_a_verification_and_waits_for_nothing_unless_it_says_so() -> None:
    assert READY.verified is CHECK
    assert READY.settle_seconds == 0


def test_one_that_is_not_says_so() -> None:
    with pytest.raises(ValueError, match="a rollback that is manual has no verification"):
        _ = RollbackProposal(Feasibility.MANUAL, "web runs web:8").verified


def test_what_is_left_to_a_person_is_verified_by_nobody_and_says_why() -> None:
    suggested = READY.suggested("the mode is suggest")
    assert suggested == RollbackProposal(
        Feasibility.MANUAL, "web runs web:8; the mode is suggest", "web:7", {"primary": "1"}
    )
