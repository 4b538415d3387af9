"""Which releases there are: those that are open, those of a pipeline, those of a day. Each is a query of an index.

The ledger lists an execution with the fact ``pipeline``, in the same write, under these attributes of that item:

============ =================================================================================
``board``    ``open``, or once it is closed the day on which it began, as ``2026-03-04`` in UTC
``pipeline`` the region and the name of its pipeline
``started``  when it began: the earliest start that any event told
============ =================================================================================

The index ``board`` has the first and the last, ``pipeline`` the second and the last, and both have nothing else than
keys. Whatever is new about an execution opens it again. It is closed by whoever has asked CodePipeline and found
nothing that the ledger lacks: an event that says that the execution ended does not say that none was lost before.

Indexes are read eventually consistently; DynamoDB offers no other way.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crosscheck import times
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.execution_facts import ExecutionState
from crosscheck.ledger.subjects import Subject, parse_subject
from crosscheck.ledger.table import OPEN, ReleaseTable, item_key, pipeline_key

if TYPE_CHECKING:
    from collections.abc import Mapping

BOARD, PIPELINE = "board", "pipeline"
_DAY = len("2026-03-04")


@dataclass(frozen=True)
class ListedRelease:
    """An execution that an index lists. ``started`` is when it began, in epoch seconds."""

    subject: Subject
    started: float


class ReleaseIndex(ReleaseTable):
    """Finds releases in the ledger's table."""

    def open_subjects(self) -> Iterator[ListedRelease]:
        """The executions that are open, the oldest first."""
        return self._query(BOARD, OPEN)

    def executions(self, region: str, pipeline: str) -> Iterator[ListedRelease]:
        """The executions of a pipeline, the newest first; pages are read as far as the caller goes on."""
        return self._query(PIPELINE, pipeline_key(region, pipeline), newest_first=True)

    def of_day(self, day: str) -> tuple[ListedRelease, ...]:
        """The executions that began on that day in UTC, as ``2026-03-04``, the newest first."""
        # The open ones first: one that is closed meanwhile is found twice, and none is missed.
        listed = {*self._query(BOARD, OPEN, day), *self._query(BOARD, day)}
        return tuple(sorted(listed, key=lambda each: (each.started, each.subject.key), reverse=True))

    def close(self, release: ListedRelease, revision: int) -> bool:
        """Close an execution, as far as its fact ``pipeline`` still has this revision; False where it has not."""
        started = times.sort_key(release.started)
        return self.update(
            item_key(release.subject.key, ExecutionState.name),
            ["#board = :board"],
            {":board": {"S": started[:_DAY]}, ":started": {"S": started}, ":revision": {"N": str(revision)}},
            "#revision = :revision AND #started = :started",
        )

    def _query(self, index: str, key: str, began: str = "", *, newest_first: bool = False) -> Iterator[ListedRelease]:
        condition, values = "#key = :key", {":key": {"S": key}}
        names = {"#key": index}
        if began:
            condition += " AND begins_with(#started, :began)"
            values |= {":began": {"S": began}}
            names |= {"#started": "started"}
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            ScanIndexForward=not newest_first,
        )
        return (_listed(item) for page in pages for item in page["Items"])


def _listed(item: Mapping[str, Any]) -> ListedRelease:
    subject = parse_subject(item["pk"]["S"])
    if not isinstance(subject, Subject):
        raise ConfigurationError("an index lists what is no execution")
    return ListedRelease(subject, times.from_text(item["started"]["S"]))
