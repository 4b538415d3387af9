"""What a check is, and what it has to look at."""

import hashlib
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from crosscheck.clients import Clients
from crosscheck.contracts.parameters import Parameter
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.definition import PipelineDefinition
from crosscheck.pipelines.runs import ActionRun


@dataclass(frozen=True)
class PlannedCheck:
    """One thing to look at.

    ``run`` is the run of the deploy action that the check follows from, None for a check that a plan asks for.
    ``unsupported`` says why this version cannot look; it is empty where it can. ``since`` is when the stage's first
    deploy action in the region started, or an image was pushed, in epoch seconds, 0 if unknown: neither caused what was
    so before.
    ``baseline_only`` marks a look before the release that only has to tell what runs: good or bad, it is not reported.
    ``held_by`` names the stack that holds what is looked at, where the action deployed that and not the thing itself:
    when it was deployed is known then, and no image or version that was meant.
    """

    kind: str
    region: str
    parameters: Mapping[str, str]
    run: ActionRun | None = None
    unsupported: str = ""
    since: float = 0.0
    baseline_only: bool = False
    held_by: str = ""

    @property
    def deployed(self) -> ActionRun:
        """The run of the deploy action behind the check, which every rollback needs.

        Raises:
            ValueError: a plan asked for the check, so no deploy action is behind it.
        """
        if self.run is None:
            raise ValueError("a rollback needs the run of a deploy action")
        return self.run

    @property
    def subject(self) -> str:
        """The name under which the baseline of what a check looks at is kept."""
        return f"{self.kind} {self.target}"

    @property
    def target(self) -> str:
        """What is looked at, for people: the URL without query and fragment, else the parameters' values."""
        url = re.split(r"[?#]", self.parameters.get("url", ""))[0]
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
    """A verdict with its reason. ``moved_on`` and ``waits`` are a finding's: what was seen is of a later deployment, or
    is awaited and no fault of the region's."""

    verdict: Verdict
    reason: str
    moved_on: bool = False
    waits: bool = False


def gave_way(reason: str) -> Outcome:
    """The outcome where a later deployment is in the place of the one that is judged; the reason says which."""
    return Outcome(Verdict.INCONCLUSIVE, reason, moved_on=True)


class Check(ABC):
    """One kind of check. Its class declares everything that others have to know of it."""

    kind: ClassVar[str]
    """The name that plans and findings use."""
    parameters: ClassVar[Mapping[str, Parameter]] = {}
    """The keys that a plan gives, apart from ``kind``, ``region`` and ``regions``."""
    reads_configuration: ClassVar[frozenset[str]] = frozenset()
    """The keys of an action's configuration that the check reads. It is shown no others."""
    reads_outputs: ClassVar[frozenset[str]] = frozenset()
    """The output variables of an action that the check reads. It is shown no others."""
    permissions: ClassVar[frozenset[str]] = frozenset()
    """The IAM actions that the check needs."""
    outlasts_deployments: ClassVar[bool] = False
    """Whether what it finds of an execution stays true once something else is deployed."""

    @abstractmethod
    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once. Any error may come out; ``registry.checks.run_check`` turns it into a finding."""

    def problem(self, given: Mapping[str, str]) -> str:
        """What is wrong with the keys together, as it follows the kind's name; empty if nothing is.

        ``given`` holds the values as read, for one region. The text quotes keys, not values.
        """
        del given
        return ""

    def plan(
        self, given: Mapping[str, str], region: str, home_region: str, derived: Sequence[PlannedCheck]
    ) -> Iterable[PlannedCheck]:
        """What a plan's entry means in one region. ``derived`` are the checks of the deploy actions in scope,
        ``home_region`` hosts the pipeline.

        Raises:
            ConfigurationError: the keys do not go together, or something that they need is missing.
        """
        del home_region, derived
        return (PlannedCheck(self.kind, region, given),)

    def contains(self, planned: PlannedCheck, aws: Clients) -> Iterable[PlannedCheck]:
        """What the target of a check that passed holds, and has to be in order as well. It is asked at every look: what
        a deployment changes is known when it is over.

        Raises:
            ClientError, BotoCoreError: AWS refused, or did not answer.
        """
        del planned, aws
        return ()

    def same_state(self, one: str, other: str) -> bool:
        """Whether two of its ``baselines`` name the same state."""
        return one == other

    def in_words(self, state: str) -> str:
        """One of its ``baselines`` as people read it."""
        return state

    def preflight(self, definition: PipelineDefinition) -> Iterable[PlannedCheck]:
        """What to look at before an execution of this pipeline deploys anything."""
        del definition
        return ()
