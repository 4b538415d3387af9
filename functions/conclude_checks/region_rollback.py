"""Taking back what an execution brought to a region that failed, once."""

from dataclasses import dataclass, replace
from typing import Any

from aws_lambda_powertools import Logger

from conclude_checks.choice import Choice, Found, choose, no_way_back
from conclude_checks.log import Rollbacks, holds, retried
from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Begun, MovedOnError, Standing
from crosscheck.errors import CrosscheckError
from crosscheck.ledger import facts
from crosscheck.ledger.rollback_states import RollbackState
from crosscheck.plans.current import current
from crosscheck.registry.item import Item
from crosscheck.registry.rollbacks import undo_of
from crosscheck.telemetry import count

logger = Logger(child=True)

PROVE_SECONDS = 1_800.0
# What take_back answers beside the states of a rollback: only the whole stage can be taken back.
WHOLE_STAGE = "stage"


class TakeBackError(CrosscheckError):
    """AWS refused or did not answer; the text says what. The state machine tries again, then tells it."""


@dataclass(frozen=True)
class TakingBack:
    """Takes regions back."""

    clients: Clients
    rollbacks: Rollbacks

    def take(self, item: Item, holder: str) -> dict[str, Any]:
        """``{"state"}``, and ``"proof"`` where it was begun: the item that shows when the region is back.

        ``holder`` names the state machine's execution: it may ask again, another one may not.

        Raises:
            TakeBackError: it was not begun, or not to the end; asking again is safe.
        """
        if item.left:
            return self._told(item, Choice(RollbackState.LEFT, item.left))
        try:
            return self._take(item, holder)
        except AWS_ERRORS as error:
            raise TakeBackError(explain(error, item.region)) from error

    def _take(self, item: Item, holder: str) -> dict[str, Any]:
        records = self.rollbacks.ledger.read(item.subject)
        if reason := retried(records, item):
            return self._told(item, Choice(RollbackState.MOVED_ON, reason))
        # What had begun but not ended when it was planned has told its deployment since.
        ran = [current(check, item.subject, self.clients) for check in item.checks if check.run]
        if ran and not any(map(undo_of, ran)):
            return {"state": WHOLE_STAGE}
        found = [self._propose(item, check) for check in ran if not check.gap]
        choice = choose(found, item.mode, begun=holds(records, _claim(item), holder))
        if choice.state is not RollbackState.RUNNING:
            return self._told(item, choice)
        stay = [each.way.reason for each in found if each.way.standing in {Standing.STUCK, Standing.MOVED_ON}]
        return self._begin(item, choice, stay, holder)

    def _propose(self, item: Item, planned: PlannedCheck) -> Found:
        undo = undo_of(planned)
        if undo is None:
            return Found(planned, no_way_back(planned))
        baseline = item.baseline.get(f"{planned.kind} {planned.target}", {})
        return Found(planned, undo.propose(planned, baseline, self.clients))

    def _begin(self, item: Item, choice: Choice, stay: list[str], holder: str) -> dict[str, Any]:
        """``stay`` says of the region's other deployments why they are not taken back."""
        if not self.rollbacks.ledger.claim(item.subject, _claim(item), holder):
            logger.info("another verification takes the region back", region=item.region, stage=item.stage)
            return {"state": RollbackState.RUNNING.value}
        self._told(item, replace(choice, reason=f"rolling back to {choice.target}"))
        begun, stayed = self._undo_all(choice)
        if not begun:
            return self._told(item, Choice(RollbackState.MOVED_ON, "; ".join(stayed)))
        count("RegionsRolledBack")
        logger.info("rolled back", region=item.region, stage=item.stage, done=[each.reason for each in begun])
        proofs, left = [each.proof for each in begun], "; ".join([*stay, *stayed])
        seconds = PROVE_SECONDS + max(each.way.keeps for each in choice.ready)
        proof = self.rollbacks.proof([item], proofs, choice.target, seconds, left)
        return {"state": RollbackState.RUNNING.value, "proof": proof.to_json()}

    def _undo_all(self, choice: Choice) -> tuple[list[Begun], list[str]]:
        """What was begun, and why the rest was not: one deployment that moved on does not keep the others."""
        begun, stayed = [], []
        for each in choice.ready:
            try:
                begun.append(self._undo(each))
            except MovedOnError as error:
                stayed.append(str(error))
        return begun, stayed

    def _undo(self, each: Found) -> Begun:
        if each.way.standing is Standing.BACK and each.way.proof:
            return Begun(each.way.reason, each.way.proof)  # begun before a crash
        undo = undo_of(each.planned)
        if undo is None:
            raise AssertionError("only what can be taken back is ready")
        return undo.begin(each.planned, each.way, self.clients)

    def _told(self, item: Item, choice: Choice) -> dict[str, Any]:
        self.rollbacks.tell([item], choice.state, choice.reason, choice.target)
        return {"state": choice.state.value}


def _claim(item: Item) -> str:
    return facts.rollback_claim(item.stage, item.region, item.attempt)
