"""A person asks for a region to be taken back: one item, under the stack's ceiling, or a reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crosscheck.contracts.verdicts import Verdict
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.subjects import Subject
from crosscheck.verification.item import Purpose, parse_item
from plan_checks.handler import parse_request
from plan_checks.release.asked_rollback import (
    NOTHING,
    OFF,
    RETRIED,
    AskedRollback,
    AskedRollbackPlanning,
)
from plan_checks.rollback_mode import Mode
from tests.builders import events
from tests.unit.plan_checks.conftest import FINISHED, SUBJECT

if TYPE_CHECKING:
    from crosscheck.verification.item import VerificationItem
    from tests.unit.plan_checks.conftest import Account

EUROPE = "eu-west-1"
ASKED = AskedRollback(SUBJECT, "DeploySecondary", EUROPE, 1, "U0123456789")


def plan(account: Account, asked: AskedRollback = ASKED) -> list[VerificationItem]:
    planning = AskedRollbackPlanning(
        account.clients, account.ledger, account.cards, account.settings, lambda: account.now
    )
    return planning.plan(asked)


def said(account: Account) -> tuple[RollbackState, str, str]:
    rollback = KnownFacts(account.ledger.read(SUBJECT)).rollback("DeploySecondary", EUROPE)
    assert rollback
    return rollback.state, rollback.reason, rollback.by


def test_a_region_is_taken_back_without_another_look_whatever_tags_and_gates_say(secondaries: Account) -> None:
    secondaries.set_mode(Mode.SUGGEST)
    secondaries.tag(rollback="off")
    (item,) = plan(secondaries)
    assert (item.purpose, item.stage, item.region, item.attempt) == (Purpose.STAGE, "DeploySecondary", EUROPE, 1)
    assert (item.mode, item.gate_verdict, item.asked_by) == ("auto", Verdict.FAIL, "U0123456789")
    assert item.deployed_regions == ("ap-southeast-1", EUROPE)
    (check,) = item.checks
    assert check.run
    assert (check.kind, check.run.name) == ("ecs-service", "Deploy-EU-West")
    assert parse_item(item.to_json()).to_json() == item.to_json()


def test_off_is_a_ceiling(secondaries: Account) -> None:
    secondaries.set_mode(Mode.OFF)
    assert plan(secondaries) == []
    assert said(secondaries) == (RollbackState.MOVED_ON, OFF, "U0123456789")
    assert secondaries.cards.told == [SUBJECT.key]


def test_a_stage_that_was_retried_is_left_alone(secondaries: Account) -> None:
    secondaries.stage_is("DeploySecondary", "STARTED", 2)
    assert plan(secondaries) == []
    assert said(secondaries)[1] == RETRIED


def test_where_nothing_was_deployed_there_is_nothing_to_take_back(canary: Account) -> None:
    assert plan(canary) == []
    assert said(canary)[1] == NOTHING


def test_what_a_person_asks_for_prevails_over_what_was_suggested(secondaries: Account) -> None:
    for state, by in ((RollbackState.DONE, "U0123456789"), (RollbackState.SUGGESTED, "")):
        told = RollbackProgress("DeploySecondary", EUROPE, 1, state, state.value, FINISHED, by=by)
        secondaries.ledger.merge(SUBJECT, told.to_fact())
    assert said(secondaries) == (RollbackState.DONE, "done", "U0123456789")


def test_the_example_input_is_understood() -> None:
    asked = parse_request(events.load("verify_release_rollback"))
    release = Subject("us-east-1", events.PIPELINE, events.EXECUTION)
    assert asked == AskedRollback(release, "DeploySecondary", EUROPE, 1, "U0123456789")


@pytest.mark.parametrize("missing", ["region", "attempt"])
def test_an_input_without_a_part_is_refused(missing: str) -> None:
    event = {key: value for key, value in events.load("verify_release_rollback").items() if key != missing}
    with pytest.raises(ConfigurationError, match="not an input that Crosscheck writes"):
        parse_request(event)
