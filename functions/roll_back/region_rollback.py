"""Taking back what an execution brought to a region that failed, once."""

from dataclasses import dataclass, replace
from typing import Any

from aws_lambda_powertools import Logger

from crosscheck.aws_errors import AWS_ERRORS, denied, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, RollbackStarted, SupersededError
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.subjects import Subject
from crosscheck.plans.current import as_of, current, later_checks
from crosscheck.registry.rollbacks import rollback_of
from crosscheck.releases.proven import ProvenStates
from crosscheck.telemetry import count
from crosscheck.verification.item import Purpose, VerificationItem
from roll_back.choice import Candidate, RollbackChoice, choose, no_rollback
from roll_back.log import RollbackLog, retried

logger = Logger(child=True)

VERIFY_SECONDS = 1_800.0


@dataclass(frozen=True)
class RegionRollback:
    """Takes regions back."""

    clients: Clients
    log: RollbackLog

    def run(self, item: VerificationItem, holder: str) -> dict[str, Any]:
        """``{"state"}``, with ``"verification"`` once it was begun: the item that shows when the region is back.

        ``holder`` names the state machine's execution: it may ask again, another one may not.

        Raises:
            RollbackRefusedError: it was not begun, or not to the end; asking again is safe.
        """
        if item.left_to_codepipeline:
            return self.log.tell(item, RollbackState.LEFT, item.left_to_codepipeline)
        try:
            return self._run(item, holder)
        except AWS_ERRORS as error:
            return self.log.refused(item, error)

    def _run(self, item: VerificationItem, holder: str) -> dict[str, Any]:
        known = KnownFacts(self.log.ledger.read(item.subject))
        # Who holds the claim already died, or was refused, between the claim and the end of the deed.
        begun = known.holder(item.claim) == holder
        if not begun and (reason := retried(known, item)):
            return self.log.tell(item, RollbackState.MOVED_ON, reason)
        # What had begun but not ended when it was planned has named its deployment since.
        ran = [current(check, item.subject, self.clients) for check in item.checks if check.run]
        if ran and not any(map(rollback_of, ran)):
            return {"state": Purpose.WHOLE_STAGE.value}  # only the whole stage can be rolled back
        found = [self._candidate(check, item) for check in ran if not check.unsupported]
        choice = choose(found, item.mode, begun=begun)
        if choice.state is not RollbackState.RUNNING:
            return self.log.tell(item, choice.state, choice.reason, choice.target)
        kept = {Feasibility.MANUAL, Feasibility.SUPERSEDED}
        stay = [each.proposal.reason for each in found if each.proposal.feasibility in kept]
        return self._begin(item, choice, stay, holder)

    def _candidate(self, planned: PlannedCheck, item: VerificationItem) -> Candidate:
        """What took the place of the deployment may be this execution's own, of a later action. What is not known to go
        back to what ran just before is for a person, who has said so by asking for the rollback."""
        found = self._propose(planned)
        if found.proposal.feasibility is Feasibility.SUPERSEDED:
            newest = as_of(planned, later_checks(planned, item.subject, self.clients))
            found = found if newest is planned else self._propose(newest)
        strange = ""
        if found.proposal.feasibility is Feasibility.READY and not item.asked_by:
            strange = ProvenStates(self.log.ledger).strange(_release(item), planned, found.baseline)
        return replace(found, proposal=found.proposal.suggested(strange)) if strange else found

    def _propose(self, planned: PlannedCheck) -> Candidate:
        rollback = rollback_of(planned)
        if rollback is None:
            return Candidate(planned, no_rollback(planned))
        began = planned.since or planned.deployed.started
        restored = ProvenStates(self.log.ledger).to_restore(planned, began)
        proposal = rollback.propose(planned, restored.state, self.clients)
        return Candidate(planned, proposal, restored.state, restored.origin)

    def _begin(self, item: VerificationItem, choice: RollbackChoice, stay: list[str], holder: str) -> dict[str, Any]:
        """``stay`` says of the region's other deployments why they are not taken back."""
        if not self.log.ledger.claim(item.subject, item.claim.name, holder):
            logger.info("another verification takes the region back", region=item.region, stage=item.stage)
            return {"state": RollbackState.RUNNING.value}
        self.log.tell(item, RollbackState.RUNNING, f"rolling back to {choice.target}", choice.target)
        begun, stayed = self._execute_all(choice)
        if not begun:
            return self.log.tell(item, RollbackState.MOVED_ON, "; ".join(stayed))
        count("RegionsRolledBack")
        logger.info("rolled back", region=item.region, stage=item.stage, done=[each.reason for each in begun])
        if replaced := "; ".join(each.replaced for each in begun if each.replaced):
            self.log.replaced(item, replaced)
        checks, unrestored = [each.verification for each in begun], "; ".join([*stay, *stayed])
        seconds = VERIFY_SECONDS + max(each.proposal.settle_seconds for each in choice.ready)
        back = replace(item, target=choice.target, origin=choice.origin, unrestored=unrestored)
        return self.log.started(back, checks, seconds)

    def _execute_all(self, choice: RollbackChoice) -> tuple[list[RollbackStarted], list[str]]:
        """What was begun, and why the rest was not: one deployment that moved on does not keep the others. Nor does one
        whose right is missing keep what was begun before it from being proven."""
        begun, stayed = [], []
        for each in choice.ready:
            try:
                begun.append(self._execute(each))
            except SupersededError as error:
                stayed.append(str(error))
            except AWS_ERRORS as error:
                if not begun or not denied(error):
                    raise
                stayed.append(explain(error, each.planned.region))
        return begun, stayed

    def _execute(self, each: Candidate) -> RollbackStarted:
        rollback = rollback_of(each.planned)
        if rollback is None:
            raise AssertionError("only what can be taken back is ready")
        return rollback.execute(each.planned, each.proposal, each.baseline, self.clients)


def _release(item: VerificationItem) -> Subject:
    if not isinstance(item.subject, Subject):
        raise TypeError("only executions are taken back")
    return item.subject
