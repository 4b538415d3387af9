"""CodePipeline's state-change events, read into facts.

The shapes are those of https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html:
every field that the guide's own samples lack somewhere is optional here, unknown fields are ignored, and what
cannot be understood is refused with the name of the field.
"""

from crosscheck.ledger.execution_facts import ActionState, ExecutionState, ReportedRun, StageState
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from record_events.changes import Change
from record_events.fields import Fields
from record_events.triggers import read_trigger
from record_events.verifications import finished_stage, preflight

SOURCE = "aws.codepipeline"

MOST_ATTEMPTS = 100_000


def read_state_change(envelope: Fields, detail: Fields) -> Change:
    """The state change that an EventBridge event tells of.

    Raises:
        UnreadableEventError: with the field that is wrong, never with its value.
    """
    event_id, run = envelope.text("id"), _run(envelope, detail)
    subject = Subject(envelope.name("region"), detail.name("pipeline"), detail.name("execution-id"))
    verification = None
    match envelope.text("detail-type"):
        case "CodePipeline Pipeline Execution State Change":
            fact = ExecutionState(run, read_trigger(detail)).to_fact(event_id)
            verification = preflight(subject) if run.state is State.STARTED else None
        case "CodePipeline Stage Execution State Change":
            stage = detail.name("stage")
            fact = StageState(stage, run).to_fact(event_id)
            if run.state in {State.SUCCEEDED, State.FAILED}:
                verification = finished_stage(subject, stage, run.state, run.attempt, run.at)
        case "CodePipeline Action Execution State Change":
            fact = _action(envelope, detail, run).to_fact(event_id)
        case _:
            raise envelope.unreadable("detail-type", "is none of CodePipeline's execution state changes")
    return Change(event_id, subject, fact, verification)


def _run(envelope: Fields, detail: Fields) -> ReportedRun:
    """What all three kinds of events tell; the start is the start-time, or the time of the STARTED event itself."""
    at = envelope.time("time")
    state = detail.one_of("state", State)
    attempt = detail.whole("pipeline-execution-attempt", MOST_ATTEMPTS)
    started = at if state is State.STARTED else None
    if "start-time" in detail:
        started = detail.time("start-time")
    return ReportedRun(state, attempt, at, started, {} if started is None else {attempt: started})


def _action(envelope: Fields, detail: Fields, run: ReportedRun) -> ActionState:
    kind = Fields(detail.mapping("type", {}), "detail.type")
    result = Fields(detail.mapping("execution-result", {}), "detail.execution-result")
    return ActionState(
        stage=detail.name("stage"),
        action=detail.name("action"),
        run=run,
        region=detail.text("region", "") or envelope.text("region"),
        category=kind.text("category", ""),
        provider=kind.text("provider", ""),
        url=result.text("external-execution-url", ""),
        summary=result.text("external-execution-summary", ""),
        error_code=result.text("error-code", ""),
    )
