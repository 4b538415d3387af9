"""One region's part of a verification, as the state machine ``verify_release`` carries it from state to state."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from crosscheck import json_documents
from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger.subjects import ImageSubject, Subject, parse_subject
from crosscheck.registry.wire import known, portable


class Purpose(StrEnum):
    """What a look is for, and so which fact it becomes."""

    IMAGE = "image"  # has it arrived?
    STAGE = "stage"  # is what a stage deployed in service?
    PREFLIGHT = "preflight"  # what would break the release here?
    ROLLBACK = "rollback"  # is the region back?


@dataclass(frozen=True)
class VerificationItem:
    """What is looked at in a region, and what may follow. Times are in epoch seconds, 0 where there is none.

    ``since`` is when this verification was planned; ``soak`` is how many seconds a region is observed before it has
    passed. ``mode`` is what may be done about a failure (``off``, ``suggest``, ``auto``), ``left`` says why
    CodePipeline does it instead, or of a rollback what stays as the release brought it, ``judged`` is the verdict that
    a gate has given already. ``regions`` are all those that the stage was deployed to, or those that a rollback brings
    back; ``target`` is what they go back to.
    ``baseline`` is what ran before the release, by the ``subject`` of a check. ``last`` says that this look
    has the last word. The state machine adds ``confirm``, the verdict that this look is to confirm, and ``passed``:
    that an earlier look passed.
    """

    purpose: Purpose
    subject: Subject | ImageSubject
    region: str
    since: float
    checks: tuple[PlannedCheck, ...] = ()
    stage: str = ""
    attempt: int = 0
    deadline: float = 0.0
    soak: float = 0.0
    mode: str = "off"
    left: str = ""
    judged: str = ""
    regions: tuple[str, ...] = ()
    target: str = ""
    last: bool = False
    confirm: str = ""
    passed: bool = False
    baseline: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The item as the state machine's input."""
        checks = tuple(map(portable, self.checks))
        return json_documents.write(replace(self, checks=checks)) | {"subject": self.subject.key}


def parse_item(document: Mapping[str, Any]) -> VerificationItem:
    """The item of such an input.

    Raises:
        ConfigurationError: it was not written by ``VerificationItem.to_json`` of this version.
    """
    looked = document.get("looked", {})
    read = {key: value for key, value in document.items() if key not in {"looked", "error", "open", "taken"}}
    read |= {"subject": parse_subject(document["subject"]), "passed": bool(looked.get("passed"))}
    item = json_documents.read(VerificationItem, read, "the item of a verification")
    return replace(item, checks=tuple(map(known, item.checks)))
