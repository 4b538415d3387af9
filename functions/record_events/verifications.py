"""Starting the state machine that verifies: once for each name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosscheck.events.verifications import Verification

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class Verifications:
    """The state machine ``verify_release``."""

    client: SFNClient
    state_machine: str

    def start(self, verification: Verification) -> None:
        """Start it once, however often it is asked for.

        Step Functions answers a used name with success only while the first execution runs and has the same input,
        else with ExecutionAlreadyExists, for 90 days: either way it was started.
        """
        try:
            self.client.start_execution(
                stateMachineArn=self.state_machine,
                name=verification.name,
                input=json.dumps(verification.input, sort_keys=True),
            )
        except self.client.exceptions.ExecutionAlreadyExists:
            return
