"""One region's part of a verification, as the state machine ``verify_release`` carries it from state to state."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from crosscheck import json_documents
from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger.rollback_facts import RollbackClaim
from crosscheck.ledger.subjects import ImageSubject, Subject, parse_subject
from crosscheck.registry.checks import known, portable
from crosscheck.verification.engine import Limits
from crosscheck.verification.progress import Progress

# Long enough for a container that dies on its first requests to die; ECS itself restarts within this time.
OBSERVE_SECONDS = 60.0
# A failing look has to be confirmed, and a region that cannot be seen is asked a few more times.
CONFIRMED_FAILURES = 1
UNKNOWN_LOOKS = 5
LONGEST_WAIT = 60.0
# How long the verification of a rollback takes, as the longest wait of an item reckons with it.
ROLLBACK_SECONDS = 1_800.0


class Purpose(StrEnum):
    """What an item is for, and so which fact it becomes."""

    IMAGE = "image"  # has it arrived?
    STAGE = "stage"  # is what a stage deployed in service?
    PREFLIGHT = "preflight"  # what would break the release here?
    ROLLBACK = "rollback"  # is what was rolled back as it was?
    WHOLE_STAGE = "whole_stage"  # roll a stage back in all its regions


@dataclass(frozen=True)
class VerificationItem:
    """What is looked at in a region, and what may follow.

    ``since`` is when this verification was planned, in epoch seconds. ``limits`` are those of the judge, and
    ``longest_wait`` is how many seconds may lie between two looks. ``mode`` is what may be done about a failure
    (``off``, ``suggest``, ``auto``); ``left_to_codepipeline`` says why CodePipeline does it instead. ``gate_verdict``
    is what a gate has said already: there is nothing to look at then. ``deployed_regions`` are all those that the
    stage was deployed to. A preflight knows the pipeline's ``account``.

    A rollback brings back ``regions``, to ``target``, of which ``origin`` says what proved it; ``unrestored`` says what
    stays as the release brought it, and ``asked_by`` is the Slack id of the person who asked for it, empty where nobody
    did.
    """

    purpose: Purpose
    subject: Subject | ImageSubject
    region: str
    since: float
    checks: tuple[PlannedCheck, ...] = ()
    limits: Limits = field(default_factory=Limits)
    longest_wait: float = LONGEST_WAIT
    stage: str = ""
    attempt: int = 0
    mode: str = "off"
    left_to_codepipeline: str = ""
    gate_verdict: str = ""
    deployed_regions: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    target: str = ""
    origin: str = ""
    unrestored: str = ""
    asked_by: str = ""
    account: str = ""
    progress: Progress | None = None

    @property
    def claim(self) -> RollbackClaim:
        """The right to take back what is verified, which is held before anything is changed: of the region, or of the
        stage as a whole."""
        return RollbackClaim(self.stage, "all" if self.purpose is Purpose.WHOLE_STAGE else self.region, self.attempt)

    def to_json(self) -> dict[str, Any]:
        """The item as the state machine's input."""
        checks = tuple(map(portable, self.checks))
        return json_documents.write(replace(self, checks=checks)) | {"subject": self.subject.key, "mode": self.mode}


def parse_item(document: Mapping[str, Any]) -> VerificationItem:
    """The item of such an input. The state machine adds ``looked``, what the last look answered, with its progress.

    Raises:
        ConfigurationError: it was not written by ``VerificationItem.to_json`` of this version.
    """
    own = {key: value for key, value in document.items() if key not in {"looked", "rolled_back", "error"}}
    progress = document.get("looked", {}).get("progress")
    own |= {"subject": parse_subject(document["subject"])} | ({"progress": progress} if progress else {})
    item = json_documents.read(VerificationItem, own, "the item of a verification")
    return replace(item, checks=tuple(map(known, item.checks)))
