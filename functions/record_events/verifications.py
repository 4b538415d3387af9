"""Starting the state machine that verifies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from record_events.changes import Verification


class Verifications:
    """The state machine ``verify_release``."""

    def __init__(self, client: SFNClient, state_machine: str) -> None:
        self._client = client
        self._state_machine = state_machine

    def start(self, verification: Verification) -> None:
        """Start it once, however often it is asked for.

        Step Functions answers a used name with success only while the first execution runs and has the same input,
        else with ExecutionAlreadyExists, for 90 days: either way it was started.
        """
        try:
            self._client.start_execution(
                stateMachineArn=self._state_machine,
                name=verification.name,
                input=json.dumps(verification.input, sort_keys=True),
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return
