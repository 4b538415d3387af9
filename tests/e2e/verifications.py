"""What ``verify_release`` did, as Step Functions shows it, and what its verdicts made of the card."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.e2e.outside import wait_until, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.cards import Card
    from tests.e2e.outside import Outside

SECONDS = 240.0
PARITY = "source-parity"


def name_of(execution: str, stage: str, attempt: int = 1) -> str:
    """The contract: one verification for each execution, stage and attempt."""
    return f"{execution}-{hashlib.sha256(stage.encode()).hexdigest()[:12]}-{attempt}"


@dataclass(frozen=True)
class Verifications:
    """The executions of the state machine."""

    outside: Outside
    machine: str

    @property
    def _client(self) -> Any:
        return self.outside.client("stepfunctions")

    def names(self, execution: str) -> list[str]:
        """Those that belong to a pipeline's execution, sorted."""
        pages = self._client.get_paginator("list_executions").paginate(stateMachineArn=self.machine)
        names = (found["name"] for page in pages for found in page["executions"])
        return sorted(name for name in names if name.startswith(execution))

    def ended(self, name: str) -> dict[str, Any]:
        """A verification once it has ended well: its input and its output."""
        arn = f"{self.machine.replace(':stateMachine:', ':execution:')}:{name}"

        def look() -> dict[str, Any]:
            if name not in self.names(name):
                return {}
            found: dict[str, Any] = self._client.describe_execution(executionArn=arn)
            return found if found["status"] != "RUNNING" else {}

        found = wait_until(look, f"the end of {name}", SECONDS)
        assert found["status"] == "SUCCEEDED", found
        return {"input": json.loads(found["input"]), "output": json.loads(found["output"])}

    def checks(self, name: str) -> dict[str, list[tuple[str, str]]]:
        """The kind and the target of every check of a deployment that was planned, by region.

        That all regions have the same sources is asked of every stage beside these.
        """
        items = self.ended(name)["output"]["regions"]
        planned = {item["region"]: item["checks"] for item in items if item["purpose"] == "stage"}
        for checks in planned.values():
            assert [each["kind"] for each in checks].count(PARITY) == 1
        return {region: [(each["kind"], _target(each)) for each in _own(checks)] for region, checks in planned.items()}


def _own(checks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in checks if each["kind"] != PARITY]


def _target(check: Mapping[str, Any]) -> str:
    return "/".join(value for value in check["parameters"].values() if value)


def settled(outside: Outside, execution: str, **regions: str) -> Card:
    """The execution's card once its regions are so; underscores stand for hyphens."""
    wanted = {region.replace("_", "-"): state for region, state in regions.items()}
    return outside.card(execution, lambda payload: payload["regions"] == wanted)


def said(outside: Outside, execution: str, text: str) -> Card:
    """The execution's card once this stands on it."""

    def look() -> Card:
        found = outside.cards(execution)
        return found[0] if found and text in words(found[0]) else {}

    return wait_until(look, f"{text!r} on the card of {execution}", SECONDS)
