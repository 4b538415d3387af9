"""What the rollbacks of a region and of a whole stage have in common: what is recorded of them and what proves them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from crosscheck.aws_errors import denied, explain
from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import CrosscheckError
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import ReplacedDeployment, RollbackProgress
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.table import Ledger
from crosscheck.telemetry import count
from crosscheck.verification.engine import Limits
from crosscheck.verification.item import (
    CONFIRMED_FAILURES,
    ROLLBACK_SECONDS,
    UNKNOWN_LOOKS,
    Purpose,
    VerificationItem,
)

logger = Logger(child=True)


class RollbackRefusedError(CrosscheckError):
    """AWS refused or did not answer; the text says what. The state machine tries again, then tells it."""


@dataclass(frozen=True)
class RollbackLog:
    """The rollbacks of releases in the ledger. ``clock`` gives epoch seconds."""

    ledger: Ledger
    cards: CardQueue
    clock: Callable[[], float]

    def tell(
        self, item: VerificationItem, state: RollbackState, reason: str, target: str = "", *, untouched: bool = False
    ) -> dict[str, str]:
        """Write what became of the rollback of the item's regions, and tell the card; the answer to the state machine:
        ``{"state"}``."""
        now = self.clock()
        for region in item.regions or (item.region,):
            told = RollbackProgress(
                item.stage, region, item.attempt, state, reason, now, target, item.asked_by, untouched=untouched
            )
            self.ledger.merge(item.subject, told.to_fact())
        self.cards.changed(item.subject, f"rollback {item.stage} {item.region} {state} {now}")
        return {"state": state.value}

    def replaced(self, item: VerificationItem, what: str) -> None:
        """Write that the rollback took the place of what was somebody else's, and tell the card; an alarm rings."""
        now = self.clock()
        for region in item.regions or (item.region,):
            replaced = ReplacedDeployment(item.stage, region, item.attempt, what, now)
            self.ledger.merge(item.subject, replaced.to_fact())
        self.cards.changed(item.subject, f"replaced {item.stage} {item.region} {now}")
        logger.warning("the rollback replaced what somebody else had deployed", stage=item.stage, region=item.region)
        count("StrangersReplaced")

    def refused(self, item: VerificationItem, error: ClientError | BotoCoreError) -> dict[str, str]:
        """Tell at once that a right is missing, which no further try would give. Nothing was changed by this call.

        Raises:
            RollbackRefusedError: for every other error of AWS's.
        """
        problem = explain(error, item.region)
        if denied(error):
            return self.tell(item, RollbackState.FAILED, problem, untouched=True)
        raise RollbackRefusedError(problem) from None

    def started(self, item: VerificationItem, checks: Sequence[PlannedCheck], seconds: float) -> dict[str, Any]:
        """``{"state", "verification"}``: the item that shows, within so many seconds, that the regions are back.
        ``item`` is what failed, and says what it goes back to. The mode of the answer is ``off``: a rollback that fails
        is not rolled back. The longer it may take, the rarer are the looks."""
        verification = VerificationItem(
            purpose=Purpose.ROLLBACK,
            subject=item.subject,
            region=checks[0].region,
            since=self.clock(),
            checks=tuple(checks),
            limits=Limits(deadline=seconds, failures=CONFIRMED_FAILURES, unknown_looks=UNKNOWN_LOOKS),
            longest_wait=item.longest_wait * max(1.0, seconds / ROLLBACK_SECONDS),
            stage=item.stage,
            attempt=item.attempt,
            regions=item.regions or (item.region,),
            target=item.target,
            origin=item.origin,
            unrestored=item.unrestored,
            asked_by=item.asked_by,
        )
        return {"state": RollbackState.RUNNING.value, "verification": verification.to_json()}


def retried(known: KnownFacts, item: VerificationItem) -> str:
    """Why a verification of an earlier attempt takes nothing back; empty where it is that of the latest one."""
    return f"{item.stage} was retried since" if known.attempt_of(item.stage) > item.attempt else ""
