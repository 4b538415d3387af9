"""What came of acting on a decision, and AWS's refusals in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from crosscheck.aws_errors import code, explain
from crosscheck.ledger.decision_facts import DecisionState


@dataclass(frozen=True)
class DecisionOutcome:
    """What was done, or why nothing was, for people."""

    state: DecisionState
    text: str = ""


DONE = DecisionOutcome(DecisionState.DONE)

# CodePipeline's errors; the operations' pages in its API reference list them.
_WORDS: Mapping[str, str] = {
    "ActionNotFoundException": "the pipeline has no such approval any more",
    "ApprovalAlreadyCompletedException": "it was answered already, in CodePipeline or by somebody else",
    "ConcurrentPipelineExecutionsLimitExceededException": "too many executions of the pipeline are in progress",
    "ConflictException": "CodePipeline is changing the pipeline: try again in a moment",
    "DuplicatedStopRequestException": "it is being stopped already",
    "InvalidApprovalTokenException": "the approval has expired, or was answered",
    "NotLatestPipelineExecutionException": "a later execution has entered the stage",
    "PipelineExecutionNotFoundException": "CodePipeline does not know the execution any more",
    "PipelineExecutionNotStoppableException": "the execution has ended",
    "PipelineNotFoundException": "the pipeline is gone",
    "StageNotFoundException": "the pipeline has no such stage any more",
    "StageNotRetryableException": "the stage has no failed actions to retry, or the pipeline has changed since",
}


def refused(text: str) -> DecisionOutcome:
    """Nothing was done, and why."""
    return DecisionOutcome(DecisionState.REFUSED, text)


def refused_by_aws(error: ClientError | BotoCoreError, region: str) -> DecisionOutcome:
    """AWS refused, or did not answer: then nobody knows whether it was done, and the card will tell."""
    if isinstance(error, ClientError):
        return refused(_WORDS.get(code(error)) or explain(error, region))
    return refused(f"{explain(error, region)}; whether it was done, the card will show")
