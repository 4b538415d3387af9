"""The ledger: what is known of every release, in one DynamoDB table.

An item is a fact about a subject (``pk``: the subject, ``sk``: the fact). Facts arrive more than once and in any
order, so a fact is merged, never overwritten blindly:

* its **latest** part belongs to one moment; the greatest (attempt, rank of the state, time, tie-break) stays;
* its **once** part holds what only some events carry (the start of an attempt, the trigger, the author); the
  first that arrives stays, and no two events of one release disagree on it.

A fact that tells when an execution began also lists it, in the same write: ``release_index`` reads what is listed.

Each change that is accepted adds one to the fact's ``revision``. The sum over a subject's facts is the subject's
version: it only grows, and needs neither a counter item nor a transaction.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from crosscheck import times
from crosscheck.clients import Clients
from crosscheck.ledger.subjects import FactSubject, Subject
from crosscheck.settings import required
from crosscheck.size_limits import parse_json

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import UniversalAttributeValueTypeDef

type AttributeValues = Mapping[str, UniversalAttributeValueTypeDef]

ONCE = "once_"
OPEN = "open"
DAY = 86_400
# An item holds at most 400 KB; what a person reads on a card is far shorter.
REASON_LIMIT = 2_000


@dataclass(frozen=True)
class Order:
    """Decides which of two states of a fact is the later one.

    ``time`` is when the state was entered, in epoch seconds. EventBridge's times have one-second resolution, so the
    rank of the state comes first: within one attempt a terminal state follows every running one.
    """

    attempt: int
    rank: int
    time: float
    tie_break: str = ""

    @property
    def key(self) -> str:
        """A string that sorts as the order does."""
        return f"{self.attempt:012d}/{self.rank:02d}/{times.sort_key(self.time)}/{self.tie_break}"


@dataclass(frozen=True)
class Fact:
    """What is to be merged: ``latest`` under ``order``, ``once`` where nothing is known yet (JSON values).

    ``started`` is when the execution began that the fact is about, in epoch seconds, as far as it tells; None for a
    fact that says how far something else is.
    """

    name: str
    order: Order
    latest: Mapping[str, Any]
    once: Mapping[str, Any]
    started: float | None = None


@dataclass(frozen=True)
class Record:
    """What the ledger knows of a fact."""

    name: str
    revision: int
    latest: Mapping[str, Any]
    once: Mapping[str, Any]


@dataclass(frozen=True)
class ReleaseTable:
    """The DynamoDB table of all that is kept of releases. ``retention_days`` after its last change an item expires."""

    client: DynamoDBClient
    table: str
    retention_days: int
    clock: Callable[[], float] = time.time

    @classmethod
    def from_env(cls, clients: Clients, clock: Callable[[], float] = time.time) -> Self:
        """The table that the function's environment names.

        Raises:
            MissingSettingError: LEDGER_TABLE or LEDGER_RETENTION_DAYS is absent.
        """
        return cls(clients.client("dynamodb"), required("LEDGER_TABLE"), int(required("LEDGER_RETENTION_DAYS")), clock)

    def update(
        self,
        key: AttributeValues,
        sets: Iterable[str],
        values: AttributeValues,
        condition: str = "",
        add: str = "",
        *,
        expires: bool = True,
    ) -> bool:
        """Set attributes of an item; False where the condition does not hold.

        ``sets`` are DynamoDB's assignments of ``values``, such as ``#name = :name``; ``#name`` always stands for the
        attribute of that name. ``add`` is an ADD that goes with them. What ``expires`` does so ``retention_days`` from
        now.
        """
        ttl: AttributeValues = {":ttl": {"N": str(int(self.clock()) + self.retention_days * DAY)}} if expires else {}
        update = f"SET {', '.join([*sets, *(['#ttl = :ttl'] if expires else [])])} {add}".rstrip()
        conditional: Any = {"ConditionExpression": condition} if condition else {}
        try:
            self.client.update_item(
                TableName=self.table,
                Key=key,
                UpdateExpression=update,
                ExpressionAttributeNames={name: name[1:] for name in re.findall(r"#\w+", f"{update} {condition}")},
                ExpressionAttributeValues={**values, **ttl},
                **conditional,
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def items(self, subject: str, prefix: str = "") -> Iterator[Mapping[str, Any]]:
        """Everything that is kept of a subject, as DynamoDB gives it, under a name with this prefix; read
        consistently."""
        begins = " AND begins_with(sk, :prefix)" if prefix else ""
        values: AttributeValues = {":pk": {"S": subject}, **({":prefix": {"S": prefix}} if prefix else {})}
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            ConsistentRead=True,
            KeyConditionExpression=f"pk = :pk{begins}",
            ExpressionAttributeValues=values,
        )
        return (item for page in pages for item in page["Items"])


class Ledger(ReleaseTable):
    """Facts of releases."""

    def merge(self, subject: FactSubject, fact: Fact) -> bool:
        """Merge a fact; True where the ledger changed by it.

        Any repetition and any order of the same facts gives the same ledger.
        """
        once = {ONCE + name: _text(value) for name, value in fact.once.items()}
        listed, since = _listed(subject, fact)
        latest = {"order": {"S": fact.order.key}, "latest": _text(fact.latest), **listed}
        later = "attribute_not_exists(#order) OR #order < :order"
        changed = self._change(subject, fact.name, latest, {**once, **since}, later)
        if once and not changed:
            unknown = " OR ".join(f"attribute_not_exists(#{name})" for name in once)
            changed = self._change(subject, fact.name, {}, once, unknown)
        if since and self._change(subject, fact.name, {**listed, **since}, {}, "#started > :started"):
            changed = True
        return changed

    def claim(self, subject: FactSubject, name: str, holder: str) -> bool:
        """Claim something that must be done once; True for the first ``holder``, however often it asks.

        The same holder may ask again because it may have died between the claim and the deed. A claim without a holder
        is another version's, and taken.
        """
        condition = f"attribute_not_exists(#pk) OR #{ONCE}holder = :{ONCE}holder"
        return self._change(subject, name, {f"{ONCE}holder": _text(holder)}, {}, condition)

    def read(self, subject: FactSubject, prefix: str = "") -> dict[str, Record]:
        """Everything that is known of a subject, by the fact's name; empty where nothing is. With a ``prefix`` only the
        facts whose names begin with it."""
        return {record.name: record for record in map(_record, self.items(subject.key, prefix))}

    def _change(
        self, subject: FactSubject, name: str, overwrite: AttributeValues, once: AttributeValues, condition: str
    ) -> bool:
        sets = [f"#{key} = :{key}" for key in overwrite]
        sets += [f"#{key} = if_not_exists(#{key}, :{key})" for key in once]
        values = {f":{key}": value for key, value in {**overwrite, **once}.items()} | {":one": {"N": "1"}}
        key = item_key(subject.key, name)
        return self.update(key, sets, values, condition, "ADD #revision :one", expires=subject.expires)


def _listed(subject: FactSubject, fact: Fact) -> tuple[AttributeValues, AttributeValues]:
    """How the indexes list an execution that the fact is about: open, under its pipeline, and since when."""
    if fact.started is None or not isinstance(subject, Subject):
        return {}, {}
    listed: AttributeValues = {"board": {"S": OPEN}, "pipeline": {"S": pipeline_key(subject.region, subject.pipeline)}}
    return listed, {"started": {"S": times.sort_key(fact.started)}}


def pipeline_key(region: str, pipeline: str) -> str:
    """How the indexes name the pipeline of a region."""
    return f"{region}#{pipeline}"


def item_key(subject: str, name: str) -> AttributeValues:
    """The key of what is kept under this name, beside everything else of the subject."""
    return {"pk": {"S": subject}, "sk": {"S": name}}


def _text(value: object) -> UniversalAttributeValueTypeDef:
    return {"S": json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)}


def _record(item: Mapping[str, Any]) -> Record:
    return Record(
        name=item["sk"]["S"],
        revision=int(item["revision"]["N"]),
        latest=parse_json(item["latest"]["S"]) if "latest" in item else {},
        once={key.removeprefix(ONCE): parse_json(value["S"]) for key, value in item.items() if key.startswith(ONCE)},
    )
