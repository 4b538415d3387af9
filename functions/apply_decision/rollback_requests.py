"""Asking ``verify_release`` to take a region back: only ``roll_back`` may change what releases deploy to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apply_decision.outcome import DONE, DecisionOutcome
from crosscheck.decisions.click import Click

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class RollbackRequests:
    """The state machine, asked for one region of a stage."""

    client: SFNClient
    state_machine: str

    def start(self, click: Click) -> DecisionOutcome:
        """Start the rollback, once for each decision.

        Raises:
            ClientError, BotoCoreError: Step Functions refused, or did not answer.
        """
        request = click.request
        place = hashlib.sha256(f"{request.stage}/{request.place}".encode()).hexdigest()[:16]
        asked = {
            "subject": request.release.key,
            "stage": request.stage,
            "region": request.place,
            "attempt": str(request.attempt),
            "rolled_back_by": click.user,
        }
        try:
            self.client.start_execution(
                stateMachineArn=self.state_machine,
                name=f"{request.release.execution[:36]}-{place}-{request.attempt}-{request.round}-click",
                input=json.dumps(asked, sort_keys=True),
            )
        except self.client.exceptions.ExecutionAlreadyExists:
            return DONE
        return DONE
