"""What a check is, and what it is told to look at."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from crosscheck.clients import Clients
from crosscheck.contracts.parameters import Parameter
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import ActionRun


@dataclass(frozen=True)
class PlannedCheck:
    """One thing to look at.

    ``run`` is the run of the deploy action that the check follows from, None for a check that a plan asks for.
    ``unsupported`` says why this version cannot look; it is empty where it can. ``since`` is when the stage's first
    deploy action in the region started, in epoch seconds, 0 if unknown: the release did not cause what was so before.
    """

    kind: str
    region: str
    parameters: Mapping[str, str]
    run: ActionRun | None = None
    unsupported: str = ""
    since: float = 0.0

    @property
    def target(self) -> str:
        """What is looked at, for people: the URL without its query, else the parameters' values."""
        url = self.parameters.get("url", "").partition("?")[0]
        return url or "/".join(self.parameters.values())

    @property
    def key(self) -> tuple[str, str, str]:
        """What is looked at, where, and what is expected: checks with the same key are the same check."""
        return self.kind, self.region, json.dumps(dict(self.parameters), sort_keys=True)

    @property
    def id(self) -> str:
        """Six hexadecimal digits that stay the same from look to look; two checks of a plan never share them."""
        return hashlib.sha256(json.dumps(self.key).encode()).hexdigest()[:6]

    def finding(self, verdict: Verdict, reason: str, values: Mapping[str, str] | None = None) -> Finding:
        """A finding of this check."""
        return Finding(self.kind, self.target, verdict, reason, values or {})


@dataclass(frozen=True)
class Outcome:
    """A verdict with its reason."""

    verdict: Verdict
    reason: str


class Check(Protocol):
    """One kind of check."""

    @property
    def kind(self) -> str:
        """The name that plans use."""

    @property
    def description(self) -> str:
        """What it proves, in a sentence."""

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The keys that a plan gives, apart from ``kind``, ``region`` and ``regions``."""

    def look(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once. Any error may come out; ``catalogue.look`` turns it into a finding."""
