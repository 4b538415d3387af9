"""What no event carries: the pipeline's definition, and what its source was. Asked of CodePipeline, kept as facts.

A card is worth showing without them, so CodePipeline's refusal is logged and counted and the card goes out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from crosscheck.clients import Clients
from crosscheck.ledger import facts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Fact, Ledger, Order, Record
from crosscheck.pipelines.definition import parse_definition
from crosscheck.pipelines.outline import outline
from crosscheck.telemetry import count

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_codepipeline.type_defs import ArtifactRevisionTypeDef

logger = Logger(child=True)

TEXT_LIMIT = 500


class PipelineLookup:
    """Completes the ledger where it lacks the definition or the revision."""

    def __init__(
        self, clients: Clients, ledger: Ledger, gate_function: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._clients = clients
        self._ledger = ledger
        self._gate_function = gate_function
        self._clock = clock

    def complete(self, subject: Subject, records: Mapping[str, Record]) -> bool:
        """Look up what is missing and can be known by now; True where the ledger changed."""
        client = self._clients.codepipeline(subject.region)
        wanted: dict[str, Callable[[], Mapping[str, Any] | None]] = {}
        if facts.OUTLINE not in records:
            wanted[facts.OUTLINE] = lambda: self._outline(client, subject)
        if facts.REVISION not in records and _source_done(records):
            wanted[facts.REVISION] = lambda: _revision(client, subject)
        kept = [self._keep(subject, name, ask) for name, ask in wanted.items()]
        return any(kept)

    def _keep(self, subject: Subject, name: str, ask: Callable[[], Mapping[str, Any] | None]) -> bool:
        try:
            latest = ask()
        except (ClientError, BotoCoreError) as error:
            logger.warning("CodePipeline was not able to say", wanted=name, subject=subject.key, reason=str(error))
            count("LookupFailures")
            return False
        if latest is None:
            return False
        order = Order(0, 0, datetime.fromtimestamp(self._clock(), UTC))
        return self._ledger.merge(subject, Fact(name, order, latest))

    def _outline(self, client: CodePipelineClient, subject: Subject) -> Mapping[str, Any]:
        definition = parse_definition(client.get_pipeline(name=subject.pipeline)["pipeline"], subject.region)
        return outline(definition, self._gate_function)


def _source_done(records: Mapping[str, Record]) -> bool:
    return any(
        record.latest.get("category") == "Source" and record.latest.get("state") == State.SUCCEEDED
        for record in records.values()
    )


def _revision(client: CodePipelineClient, subject: Subject) -> Mapping[str, Any] | None:
    execution = client.get_pipeline_execution(pipelineName=subject.pipeline, pipelineExecutionId=subject.execution)
    revisions = execution["pipelineExecution"].get("artifactRevisions", [])
    return _described(revisions[0]) if revisions else None


def _described(revision: ArtifactRevisionTypeDef) -> dict[str, str]:
    described = {
        "commit": revision.get("revisionId", ""),
        "message": _message(revision.get("revisionSummary", "")),
        "url": revision.get("revisionUrl", ""),
    }
    return {name: value.encode("utf-8", "replace").decode()[:TEXT_LIMIT] for name, value in described.items()}


def _message(summary: str) -> str:
    """The commit message; connection sources wrap it as ``{"ProviderType": …, "CommitMessage": …}``."""
    try:
        wrapped = json.loads(summary)
    except ValueError:
        return summary
    return str(wrapped.get("CommitMessage", summary)) if isinstance(wrapped, dict) else summary
