"""Releases of every kind, for hypothesis: each test has texts and numbers of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.decisions.approvers import Approvers
from crosscheck.decisions.request import DecisionRequest, Offer
from crosscheck.ledger.decision_facts import DecisionKind, DecisionState, TakenDecision
from crosscheck.ledger.states import RollbackState, State
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.releases.model import (
    Approval,
    Concern,
    Failure,
    ImageArrival,
    RegionProgress,
    RegionState,
    Release,
    SourceRevision,
    StageProgress,
)

PERSON, GROUP = "U0123456789", "S0123456789"
_states = st.sampled_from([None, *State])


@dataclass(frozen=True)
class ReleaseStrategies:
    """Strategies of releases and of what they hold. ``names`` are those of regions; ``several`` makes of one thing, and
    of the most that there are of it in any release, a tuple of some."""

    texts: st.SearchStrategy[str]
    names: st.SearchStrategy[str]
    urls: st.SearchStrategy[str]
    subjects: st.SearchStrategy[Subject]
    several: Callable[[st.SearchStrategy[Any], int], st.SearchStrategy[tuple[Any, ...]]]

    @property
    def regions(self) -> st.SearchStrategy[RegionProgress]:
        """Regions of a release."""
        return st.builds(
            RegionProgress,
            self.names,
            st.sampled_from([None, *RegionState]),
            self.texts,
            self.texts,
            self.texts,
            since=st.sampled_from([None, 1.0]),
            seconds=st.sampled_from([None, 0.0, 90_000.0]),
            gates=st.lists(self.texts, max_size=6).map(tuple),
            rollback=st.sampled_from([None, *RollbackState]),
            url=self.urls,
        )

    @property
    def images(self) -> st.SearchStrategy[ImageArrival]:
        """Images, and how far they are."""
        subject = st.builds(ImageSubject, self.texts, self.texts, self.texts)
        arrived = st.builds(RegionProgress, self.names, st.sampled_from(RegionState), self.texts, self.texts)
        states, pushed = st.sampled_from(RegionState), st.sampled_from([None, 1.0])
        return st.builds(ImageArrival, subject, st.just(1), states, self.texts, pushed, self.several(arrived, 3))

    @property
    def decisions(self) -> st.SearchStrategy[TakenDecision]:
        """What somebody decided."""
        return st.builds(
            TakenDecision,
            question=st.just("stop/1/0"),
            kind=st.sampled_from(DecisionKind),
            state=st.sampled_from(DecisionState),
            by=st.one_of(st.just(PERSON), self.texts),
            at=st.just(1.0),
            where=self.texts,
            reason=self.texts,
            outcome=self.texts,
        )

    @property
    def offers(self) -> st.SearchStrategy[Offer]:
        """What may be decided."""
        names = st.text("sS9", min_size=1, max_size=100)
        request = st.builds(DecisionRequest, st.sampled_from(DecisionKind), self.subjects, names, names)
        consequences = self.texts.map("Goes back to {}".format) | st.just("")
        return st.builds(Offer, request, self.texts, consequences)

    @property
    def findings(self) -> st.SearchStrategy[list[Finding]]:
        """What was seen in a look."""
        values = st.dictionaries(self.texts, self.texts, max_size=3)
        targets, verdicts = st.one_of(self.texts, self.urls), st.sampled_from(Verdict)
        found = st.builds(Finding, self.texts, targets, verdicts, self.texts, values, warning=self.texts)
        return st.lists(found, min_size=1, max_size=4)

    @property
    def releases(self) -> st.SearchStrategy[Release]:
        """Releases with all of it but offers and decisions, for which not every card has room."""
        texts, urls, choices = self.texts, self.urls, st.booleans()
        return st.builds(
            Release,
            subject=self.subjects,
            version=st.just(1),
            state=_states,
            attempt=st.integers(1, 99),
            started=st.sampled_from([None, 1.0]),
            seconds=st.sampled_from([None, 5.0, 90_000.0]),
            revision=st.builds(SourceRevision, texts, texts, texts, texts, texts, urls),
            stages=self.several(st.builds(StageProgress, texts, _states, st.just(9.0), texts), 50),
            regions=self.several(self.regions, 200),
            failures=self.several(
                st.builds(Failure, texts, texts, self.several(self.names, 6), texts, urls, choices), 30
            ),
            images=self.several(self.images, 10),
            trigger=st.sampled_from(["", "ManualRollback", "StartPipelineExecution"]),
            started_by=texts,
            preflight=self.several(st.builds(Concern, self.names, texts, choices, choices, choices), 60),
            word=texts,
            approvals=self.several(st.builds(Approval, texts, texts, st.just(1), st.just(1.0), urls, texts, texts), 10),
            approvers=st.sampled_from([Approvers(), Approvers(frozenset({PERSON}), (GROUP,))]),
            retryable=self.several(texts, 6),
        )
