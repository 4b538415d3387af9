"""What a check is, and what it is told to look at."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from crosscheck.clients import Clients
from crosscheck.contracts.parameters import Parameter
from crosscheck.contracts.verdicts import Finding, Verdict


@dataclass(frozen=True)
class Artifact:
    """Where an artifact of this execution lies: a zip in an artifact store."""

    bucket: str
    key: str


@dataclass(frozen=True)
class ActionRun:
    """The latest run of an action in one execution. ``started`` is in epoch seconds, ``status`` CodePipeline's.

    ``account`` is the account of the role under which the action ran, empty where CodePipeline names none. ``external``
    is the deploying service's own id of what the action began there (a CodeDeploy deployment's id, a stack's ARN; of a
    source action the revision), ``outputs`` are the action's output variables and ``produced`` its output artifacts;
    empty where CodePipeline tells none.
    """

    stage: str
    name: str
    status: str
    started: float
    configuration: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Artifact] = field(default_factory=dict)
    account: str = ""
    error: str = ""
    external: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    produced: Mapping[str, Artifact] = field(default_factory=dict)


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
