"""Taking back what an execution brought to a region that failed, once."""

from dataclasses import dataclass, replace
from typing import Any

from aws_lambda_powertools import Logger

from conclude_checks.choice import Candidate, RollbackChoice, choose, no_rollback
from conclude_checks.log import RollbackLog, retried
from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, RollbackStarted, SupersededError
from crosscheck.errors import CrosscheckError
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackClaim
from crosscheck.ledger.rollback_states import RollbackState
from crosscheck.plans.current import current
from crosscheck.registry.item import VerificationItem
from crosscheck.registry.services import rollback_of
from crosscheck.telemetry import count

logger = Logger(child=True)

PROVE_SECONDS = 1_800.0
# What take_back answers beside the states of a rollback: only the whole stage can be taken back.
WHOLE_STAGE = "stage"


class RollbackRefusedError(CrosscheckError):
    """AWS refused or did not answer; the text says what. The state machine tries again, then tells it."""


@dataclass(frozen=True)
class RegionRollback:
    """Takes regions back."""

    clients: Clients
    rollbacks: RollbackLog

    def take(self, item: VerificationItem, holder: str) -> dict[str, Any]:
        """``{"state"}``, and ``"proof"`` where it was begun: the item that shows when the region is back.

        ``holder`` names the state machine's execution: it may ask again, another one may not.

        Raises:
            RollbackRefusedError: it was not begun, or not to the end; asking again is safe.
        """
        if item.left:
            return self._told(item, RollbackChoice(RollbackState.LEFT, item.left))
        try:
            return self._take(item, holder)
        except AWS_ERRORS as error:
            raise RollbackRefusedError(explain(error, item.region)) from error

    def _take(self, item: VerificationItem, holder: str) -> dict[str, Any]:
        known = KnownFacts(self.rollbacks.ledger.read(item.subject))
        if reason := retried(known, item):
            return self._told(item, RollbackChoice(RollbackState.MOVED_ON, reason))
        # What had begun but not ended when it was planned has told its deployment since.
        ran = [current(check, item.subject, self.clients) for check in item.checks if check.run]
        if ran and not any(map(rollback_of, ran)):
            return {"state": WHOLE_STAGE}
        found = [self._propose(item, check) for check in ran if not check.unsupported]
        # Who holds the claim already died between the claim and the end of the deed.
        choice = choose(found, item.mode, begun=known.holder(_claim(item)) == holder)
        if choice.state is not RollbackState.RUNNING:
            return self._told(item, choice)
        kept = {Feasibility.MANUAL, Feasibility.SUPERSEDED}
        stay = [each.proposal.reason for each in found if each.proposal.feasibility in kept]
        return self._begin(item, choice, stay, holder)

    def _propose(self, item: VerificationItem, planned: PlannedCheck) -> Candidate:
        rollback = rollback_of(planned)
        if rollback is None:
            return Candidate(planned, no_rollback(planned))
        baseline = item.baseline.get(planned.subject, "")
        return Candidate(planned, rollback.propose(planned, baseline, self.clients), baseline)

    def _begin(self, item: VerificationItem, choice: RollbackChoice, stay: list[str], holder: str) -> dict[str, Any]:
        """``stay`` says of the region's other deployments why they are not taken back."""
        if not self.rollbacks.ledger.claim(item.subject, _claim(item).name, holder):
            logger.info("another verification takes the region back", region=item.region, stage=item.stage)
            return {"state": RollbackState.RUNNING.value}
        self._told(item, replace(choice, reason=f"rolling back to {choice.target}"))
        begun, stayed = self._execute_all(choice)
        if not begun:
            return self._told(item, RollbackChoice(RollbackState.MOVED_ON, "; ".join(stayed)))
        count("RegionsRolledBack")
        logger.info("rolled back", region=item.region, stage=item.stage, done=[each.reason for each in begun])
        proofs, left = [each.verification for each in begun], "; ".join([*stay, *stayed])
        seconds = PROVE_SECONDS + max(each.proposal.settle_seconds for each in choice.ready)
        proof = self.rollbacks.proof([item], proofs, choice.target, seconds, left)
        return {"state": RollbackState.RUNNING.value, "proof": proof.to_json()}

    def _execute_all(self, choice: RollbackChoice) -> tuple[list[RollbackStarted], list[str]]:
        """What was begun, and why the rest was not: one deployment that moved on does not keep the others."""
        begun, stayed = [], []
        for each in choice.ready:
            try:
                begun.append(self._execute(each))
            except SupersededError as error:
                stayed.append(str(error))
        return begun, stayed

    def _execute(self, each: Candidate) -> RollbackStarted:
        if each.proposal.feasibility is Feasibility.ALREADY_BACK:
            return RollbackStarted(each.proposal.reason, each.proposal.verified)  # begun before a crash
        rollback = rollback_of(each.planned)
        if rollback is None:
            raise AssertionError("only what can be taken back is ready")
        return rollback.execute(each.planned, each.proposal, each.baseline, self.clients)

    def _told(self, item: VerificationItem, choice: RollbackChoice) -> dict[str, Any]:
        self.rollbacks.tell([item], choice.state, choice.reason, choice.target)
        return {"state": choice.state.value}


def _claim(item: VerificationItem) -> RollbackClaim:
    return RollbackClaim(item.stage, item.region, item.attempt)
