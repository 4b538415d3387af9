"""Which regions are left to the whole stage. What is begun is tested in the local account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conclude_checks.taking_back import WHOLE_STAGE, TakingBack
from crosscheck.checks.check import ActionRun, PlannedCheck
from crosscheck.clients import Clients
from crosscheck.subjects import Subject
from crosscheck.verification import Item, Purpose
from tests.fakes.cards import Cards

if TYPE_CHECKING:
    from crosscheck.ledger import Ledger

RELEASE = Subject("us-east-1", "p", "11111111-2222-4333-8444-555555555555")
RUN = ActionRun("Deploy", "Bring", "Succeeded", 0.0)
STAGE = Item(Purpose.STAGE, RELEASE, "eu-west-1", 0.0, stage="Deploy", attempt=1, mode="auto")
PAGE = PlannedCheck("http", "eu-west-1", {"url": "https://example.com/"})


@pytest.mark.parametrize(
    "brought",
    [
        PlannedCheck("s3-object", "eu-west-1", {"bucket": "b", "key": "k"}, RUN),
        PlannedCheck("s3-object", "eu-west-1", {"bucket": "b", "key": ""}, RUN, "action Bring extracts an archive"),
        PlannedCheck("AppConfig", "eu-west-1", {"action": "Bring"}, RUN, "no check for provider AppConfig"),
    ],
    ids=["an object", "an archive", "an unknown provider"],
)
def test_what_has_no_way_back_of_its_own_goes_back_with_the_stage(brought: PlannedCheck) -> None:
    ledger: Ledger = None  # type: ignore[assignment]  # nothing is told
    taking_back = TakingBack(Clients(), ledger, Cards(), lambda: 0.0)
    assert taking_back.take(replace(STAGE, checks=(brought, PAGE)), "holder") == {"state": WHOLE_STAGE}
