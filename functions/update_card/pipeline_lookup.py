"""What no event carries: the pipeline's definition, and what its source was. Asked of CodePipeline, kept as facts.

A card is worth showing without them, so CodePipeline's refusal is logged and counted and the card goes out.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from crosscheck.aws_errors import AWS_ERRORS
from crosscheck.clients import Clients
from crosscheck.ledger.execution_facts import Outline, OutlineAction, OutlineStage, RecordedRevision
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.pipelines.definition import ActionDefinition, PipelineDefinition, parse_definition
from crosscheck.pipelines.parameters import Tags, read_tags
from crosscheck.size_limits import parse_json
from crosscheck.telemetry import count

logger = Logger(child=True)


@dataclass(frozen=True)
class PipelineLookup:
    """Completes the ledger where it lacks the definition or the revision."""

    clients: Clients
    ledger: Ledger
    clock: Callable[[], float] = time.time

    def complete(self, subject: Subject, known: KnownFacts) -> bool:
        """Look up what is missing and can be known by now; True where the ledger changed."""
        wanted: dict[str, Callable[[Subject], Outline | RecordedRevision | None]] = {}
        if known.outline is None:
            wanted[Outline.name] = self._outline
        source_done = any(each.category == "Source" and each.run.state is State.SUCCEEDED for each in known.actions)
        if known.revision is None and source_done:
            wanted[RecordedRevision.name] = self._revision
        kept = [self._keep(subject, name, ask) for name, ask in wanted.items()]
        return any(kept)

    def tags(self, subject: Subject) -> Tags | None:
        """The pipeline's tags; None where CodePipeline was not able to say."""
        try:
            client = self.clients.client("codepipeline", subject.region)
            arn = client.get_pipeline(name=subject.pipeline)["metadata"]["pipelineArn"]
            return read_tags(client, arn)
        except AWS_ERRORS as error:
            _not_able("tags", subject, error)
            return None

    def _keep(self, subject: Subject, name: str, ask: Callable[[Subject], Outline | RecordedRevision | None]) -> bool:
        try:
            found = ask(subject)
        except AWS_ERRORS as error:
            _not_able(name, subject, error)
            return False
        return found is not None and self.ledger.merge(subject, found.to_fact(self.clock()))

    def _outline(self, subject: Subject) -> Outline:
        client = self.clients.client("codepipeline", subject.region)
        return outline(parse_definition(client.get_pipeline(name=subject.pipeline)["pipeline"], subject.region))

    def _revision(self, subject: Subject) -> RecordedRevision | None:
        client = self.clients.client("codepipeline", subject.region)
        answer = client.get_pipeline_execution(pipelineName=subject.pipeline, pipelineExecutionId=subject.execution)
        revisions = answer["pipelineExecution"].get("artifactRevisions", [])
        return _described(revisions[0]) if revisions else None


def _not_able(wanted: str, subject: Subject, error: Exception) -> None:
    logger.warning("CodePipeline was not able to say", wanted=wanted, subject=subject.key, exc_info=error)
    count("LookupFailures")


def outline(definition: PipelineDefinition) -> Outline:
    """What a card needs of a pipeline's definition, small enough to be a fact."""
    stages = (OutlineStage(stage.name, tuple(map(_outlined, stage.actions))) for stage in definition.stages)
    return Outline(definition.version, tuple(stages))


def _outlined(action: ActionDefinition) -> OutlineAction:
    said = action.configuration if action.is_of_aws("Approval", "Manual") else {}
    topic = said.get("NotificationArn", "").rpartition(":")[2]
    note = said.get("CustomData", "")
    return OutlineAction(action.name, action.category, action.provider, action.region, note, topic)


def _described(revision: Mapping[str, Any]) -> RecordedRevision:
    return RecordedRevision(
        commit=revision.get("revisionId", ""),
        message=_message(revision.get("revisionSummary", "")),
        url=revision.get("revisionUrl", ""),
    )


def _message(summary: str) -> str:
    """The commit message; connection sources wrap it as ``{"ProviderType": …, "CommitMessage": …}``."""
    try:
        wrapped = parse_json(summary)
    except ValueError:
        return summary
    return str(wrapped.get("CommitMessage", summary)) if isinstance(wrapped, dict) else summary
