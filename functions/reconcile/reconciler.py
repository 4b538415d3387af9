"""One run: the open releases and the newest executions of every pipeline, as far as the budget goes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aws_lambda_powertools import Logger

from crosscheck.aws_errors import AWS_ERRORS, code, region_not_enabled
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.execution_facts import ExecutionState, ReportedRun
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.release_index import ListedRelease, ReleaseIndex
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.telemetry import count
from reconcile.lost_events import LostEvent, lost_events
from reconcile.pipeline_reader import PipelineReader
from reconcile.reported import ReportedAction, ReportedExecution
from reconcile.stuck import stuck_actions
from reconcile.turns import by_turns, rotated

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

logger = Logger(child=True)

# Requests of one run. CodePipeline documents no rate; every two minutes these are fewer than two a second.
BUDGET = 200
# An event may be on its way for so long. With a run every two minutes, what is lost is healed within five.
GRACE = 60.0
# An execution that ended earlier, and of which no event came, is none that anybody waits for: it may be from before
# this stack was there.
RECENT = 3_600.0
# While so many events wait, what the ledger lacks is most likely among them.
BACKLOG = 100
PERIOD = 120.0

type Pipelines = Mapping[tuple[str, str], Sequence[ListedRelease]]


@dataclass(frozen=True)
class EventQueue:
    """The queue of events that ``record_events`` reads."""

    client: SQSClient
    url: str

    def waiting(self) -> int:
        """How many events wait in it, about."""
        name: Literal["ApproximateNumberOfMessages"] = "ApproximateNumberOfMessages"
        answer = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def send(self, event: LostEvent) -> None:
        """Deliver an event that was lost."""
        self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps(event.body))


@dataclass(frozen=True)
class Reconciler:
    """Finds what events missed in the ``regions`` whose pipelines are followed."""

    reader: PipelineReader
    ledger: Ledger
    index: ReleaseIndex
    events: EventQueue
    cards: CardQueue
    regions: tuple[str, ...]
    clock: Callable[[], float]

    def run(self, enough_time: Callable[[], bool]) -> int:
        """Look at what the budget and the time allow; the number of events that were lost.

        A pipeline that cannot be read now does not keep the others from being read.

        Raises:
            ClientError, BotoCoreError: the ledger or the queue is out of reach.
        """
        if (waiting := self.events.waiting()) > BACKLOG:
            logger.warning("events wait in their queue: none is known to be lost", waiting=waiting)
            return 0
        opened: dict[tuple[str, str], list[ListedRelease]] = defaultdict(list)
        for release in self.index.open_subjects():
            opened[release.subject.region, release.subject.pipeline].append(release)
        lost = 0
        for place in self._in_turn(opened):
            if self.reader.calls >= BUDGET or not enough_time():
                logger.info("the rest has its turn in a later run", calls=self.reader.calls)
                break
            try:
                lost += sum(self._pipeline(*place, opened.get(place, ())))
            except AWS_ERRORS as error:
                logger.warning("cannot be read now", region=place[0], pipeline=place[1], error=code(error))
                count("ReconcileFailures")
        if lost:
            logger.info("events were lost", events=lost)
            count("LostEvents", lost)
        return lost

    def _in_turn(self, opened: Pipelines) -> Iterator[tuple[str, str]]:
        """Every pipeline once, those with open releases by turns with the others; each run begins with other ones."""
        others = [place for place in self._pipelines() if place not in opened]
        run = int(self.clock() // PERIOD)
        return by_turns(rotated(run, [*opened]), rotated(run, others))

    def _pipelines(self) -> Iterator[tuple[str, str]]:
        for region in self.regions:
            try:
                yield from ((region, name) for name in sorted(self.reader.pipelines(region)))
            except AWS_ERRORS as error:
                if not region_not_enabled(error):
                    logger.warning("cannot be read now", region=region, error=code(error))
                    count("ReconcileFailures")

    def _pipeline(self, region: str, name: str, opened: Sequence[ListedRelease]) -> Iterator[int]:
        """How many events were lost of each of a pipeline's executions."""
        newest = self.reader.newest(region, name)
        for release in opened:
            if self.reader.calls >= BUDGET:
                return
            if reported := newest.get(release.subject.execution) or self.reader.execution(release.subject):
                yield self._open(release, reported)
            else:
                self._forget(release)
        known = {release.subject.execution for release in opened}
        others = [each for each in newest.values() if each.id not in known and self._concerns(each)]
        yield from self._others(region, name, others)

    def _concerns(self, execution: ReportedExecution) -> bool:
        """Whether it goes on, or has ended of late."""
        return not execution.state.terminal or (execution.updated or 0.0) > self.clock() - RECENT

    def _others(self, region: str, name: str, executions: Iterable[ReportedExecution]) -> Iterator[int]:
        """Of executions that are not open: closed ones, and those of which no event came."""
        ignored: bool | None = None
        for execution in executions:
            subject = Subject(region, name, execution.id)
            known = KnownFacts(self.ledger.read(subject))
            if known.execution and _has_ended_so(known.execution.run, execution):
                continue
            if not known.execution and ignored is None:
                ignored = self.reader.is_ignored(region, name)
            if known.execution or not ignored:
                yield self._tell(self._lost(subject, execution, self.reader.actions(subject), known))

    def _open(self, release: ListedRelease, execution: ReportedExecution) -> int:
        """Tell what was lost of an open release, and what holds it up; close it once it has ended and nothing is left
        to tell."""
        subject, known = release.subject, KnownFacts(self.ledger.read(release.subject))
        actions = self.reader.actions(subject)
        lost = self._lost(subject, execution, actions, known)
        if not lost and known.execution and _has_ended_so(known.execution.run, execution):
            self.index.close(release, known.records[ExecutionState.name].revision)
        self._tell_stuck(subject, execution, actions, known)
        return self._tell(lost)

    def _lost(
        self, subject: Subject, execution: ReportedExecution, actions: Sequence[ReportedAction], known: KnownFacts
    ) -> Sequence[LostEvent]:
        return lost_events(subject, execution, actions, self.reader.stages(subject), known)

    def _tell(self, lost: Sequence[LostEvent]) -> int:
        """Deliver what was lost; of what is younger the event may still be on its way."""
        due = [event for event in lost if event.at <= self.clock() - GRACE]
        for event in due:
            self.events.send(event)
        return len(due)

    def _tell_stuck(
        self,
        subject: Subject,
        execution: ReportedExecution,
        actions: Sequence[ReportedAction],
        known: KnownFacts,
    ) -> None:
        """Write down what is stuck. Its card is told in every run, as an earlier one may have ended before it could."""
        for stuck in stuck_actions(execution, actions, known, self.clock()):
            if self.ledger.merge(subject, stuck.to_fact()):
                logger.warning("a release is stuck", subject=subject.key, stage=stuck.stage, action=stuck.action)
                count("StuckReleases")
            self.cards.changed(subject, f"stuck {stuck.id}")

    def _forget(self, release: ListedRelease) -> None:
        """Close a release that CodePipeline knows no more: nothing can be learned of it."""
        record = self.ledger.read(release.subject).get(ExecutionState.name)
        if record:
            self.index.close(release, record.revision)


def _has_ended_so(heard: ReportedRun, execution: ReportedExecution) -> bool:
    """Whether the ledger knows that it ended, and nothing of a retry since."""
    since = (execution.updated or heard.at) - heard.at
    return heard.state.terminal and heard.state is execution.state and since <= GRACE
