"""The rollback of a whole stage, where that is all there is: CodePipeline's RollbackStage, in every region at once."""

from dataclasses import dataclass, replace
from typing import Any

from crosscheck.aws_errors import AWS_ERRORS
from crosscheck.clients import Clients
from crosscheck.contracts.rollback import Feasibility, SupersededError
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.subjects import Subject
from crosscheck.releases.proven import ProvenStates
from crosscheck.services.codepipeline.rollback import DeployedStage, StageRollback
from crosscheck.services.codepipeline.stage_history import planned_stage
from crosscheck.verification.item import VerificationItem
from roll_back.choice import STATES
from roll_back.log import RollbackLog, retried

VERIFY_SECONDS = 3_600.0


@dataclass(frozen=True)
class WholeStageRollback:
    """Rolls stages back. An item names the ``regions`` that failed and can be rolled back in no other way."""

    clients: Clients
    log: RollbackLog
    rollback: StageRollback

    def run(self, item: VerificationItem, holder: str) -> dict[str, Any]:
        """``{"state"}``, with ``"verification"`` once it was begun: the item that shows when the stage is back.

        Raises:
            RollbackRefusedError: CodePipeline is busy or did not answer; asking again is safe.
        """
        known = KnownFacts(self.log.ledger.read(item.subject))
        if reason := retried(known, item):
            return self.log.tell(item, RollbackState.MOVED_ON, reason)
        healthy = sorted(set(item.deployed_regions) - set(item.regions))
        if healthy:
            reason = f"only the whole stage can be rolled back, which would take {', '.join(healthy)} back as well"
            return self.log.tell(item, RollbackState.SUGGESTED, reason)
        try:
            return self._run(item, known, holder)
        except SupersededError as error:
            return self.log.tell(item, RollbackState.MOVED_ON, str(error))
        except AWS_ERRORS as error:
            return self.log.refused(item, error)

    def _run(self, item: VerificationItem, known: KnownFacts, holder: str) -> dict[str, Any]:
        if not isinstance(item.subject, Subject):
            raise TypeError("only executions have stages")
        stage, claim = DeployedStage(item.subject, item.stage), item.claim
        states, planned = ProvenStates(self.log.ledger), planned_stage(stage.execution, stage.name)
        restored = states.to_restore(planned)
        proven = restored.state
        proposal = self.rollback.propose(stage, proven, self.clients)
        ready = proposal.feasibility is Feasibility.READY and not item.asked_by
        if ready and (strange := states.strange(item.subject, planned, proven)):
            proposal = proposal.suggested(strange)
        ours = proposal.feasibility is Feasibility.ALREADY_BACK and known.holder(claim) == holder
        if proposal.feasibility is not Feasibility.READY and not ours:
            return self.log.tell(item, STATES[proposal.feasibility], proposal.reason, proposal.target)
        if item.mode != "auto":
            return self.log.tell(item, RollbackState.SUGGESTED, proposal.reason, proposal.target)
        if not self.log.ledger.claim(item.subject, claim.name, holder):
            return {"state": RollbackState.RUNNING.value}
        self.log.tell(item, RollbackState.RUNNING, f"rolling back to {proposal.target}", proposal.target)
        begun = self.rollback.execute(stage, proposal, proven, self.clients)
        if begun.replaced:
            self.log.replaced(item, begun.replaced)
        self.log.tell(item, RollbackState.RUNNING, begun.reason, proposal.target)
        back = replace(item, target=proposal.target, origin=restored.origin)
        return self.log.started(back, [begun.verification], VERIFY_SECONDS)
