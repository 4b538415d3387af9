"""Taking a whole stage back, where that is all there is: CodePipeline's RollbackStage, in every region at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from conclude_checks.choice import STATES
from conclude_checks.log import RollbackLog, retried
from conclude_checks.region_rollback import RollbackRefusedError
from crosscheck.aws_errors import AWS_ERRORS, denied, explain
from crosscheck.clients import Clients
from crosscheck.contracts.rollback import Feasibility, SupersededError
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackClaim
from crosscheck.ledger.rollback_states import RollbackState
from crosscheck.ledger.subjects import Subject
from crosscheck.registry.item import VerificationItem
from crosscheck.services.codepipeline.rollback import DeployedStage, StageRollback

PROVE_SECONDS = 3_600.0


@dataclass(frozen=True)
class WholeStageRollback:
    """Takes stages back."""

    clients: Clients
    rollbacks: RollbackLog
    rollback: StageRollback

    def take(self, failed: Sequence[VerificationItem], holder: str) -> VerificationItem | None:
        """What shows that the stage is back, None where it was not begun. ``failed`` are the items of one stage whose
        regions can be taken back in no other way.

        Raises:
            RollbackRefusedError: AWS is busy or did not answer; asking again is safe.
        """
        first, subject = failed[0], failed[0].subject
        if not isinstance(subject, Subject):
            raise TypeError("only executions have stages")
        known = KnownFacts(self.rollbacks.ledger.read(subject))
        if reason := retried(known, first):
            self.rollbacks.tell(failed, RollbackState.MOVED_ON, reason)
            return None
        healthy = sorted(set(first.regions) - {item.region for item in failed})
        if healthy:
            reason = f"only the whole stage can be rolled back, which would take {', '.join(healthy)} back as well"
            self.rollbacks.tell(failed, RollbackState.SUGGESTED, reason)
            return None
        try:
            return self._begin(failed, subject, known, holder)
        except SupersededError as error:
            self.rollbacks.tell(failed, RollbackState.MOVED_ON, str(error))
        except AWS_ERRORS as error:
            if not denied(error):
                raise RollbackRefusedError(explain(error, subject.region)) from error
            self.refused(failed, explain(error, subject.region))
        return None

    def refused(self, failed: Sequence[VerificationItem], reason: str) -> None:
        """Tell that nobody asks again."""
        self.rollbacks.tell(failed, RollbackState.FAILED, reason)

    def _begin(
        self, failed: Sequence[VerificationItem], subject: Subject, known: KnownFacts, holder: str
    ) -> VerificationItem | None:
        first = failed[0]
        stage = DeployedStage(subject, first.stage)
        proposal = self.rollback.propose(stage, "", self.clients)
        claim = RollbackClaim(first.stage, "all", first.attempt)
        ours = proposal.feasibility is Feasibility.ALREADY_BACK and known.holder(claim) == holder
        target = proposal.target
        if proposal.feasibility is not Feasibility.READY and not ours:
            self.rollbacks.tell(failed, STATES[proposal.feasibility], proposal.reason, target)
            return None
        if any(item.mode != "auto" for item in failed):
            self.rollbacks.tell(failed, RollbackState.SUGGESTED, proposal.reason, target)
            return None
        if not self.rollbacks.ledger.claim(subject, claim.name, holder):
            return None
        self.rollbacks.tell(failed, RollbackState.RUNNING, f"rolling back to {target}", target)
        begun = self.rollback.execute(stage, proposal, "", self.clients)
        self.rollbacks.tell(failed, RollbackState.RUNNING, begun.reason, target)
        return self.rollbacks.proof(failed, [begun.verification], target, PROVE_SECONDS)
