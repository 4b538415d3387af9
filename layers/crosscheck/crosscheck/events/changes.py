"""From an EventBridge event to what it means: a fact of a subject, and perhaps a verification to start.

CodePipeline's state changes have the shapes of
https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html: every field that
the guide's own samples lack somewhere is optional here, unknown fields are ignored, and what cannot be understood is
refused with the name of the field. A state that no document names is a fact as well: what it says is shown, and it
never prevails over a state that is known.

Pushes are ECR's: https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html. A multi-architecture
image is pushed as its child manifests, which have no tag, and the index, which has: the index is verified together with
its children.
"""

from dataclasses import dataclass

from crosscheck import times
from crosscheck.errors import UnreadableEventError
from crosscheck.events.fields import NAME, Fields, matching, region
from crosscheck.events.verifications import Verification, finished_stage, preflight, pushed_image
from crosscheck.ledger.execution_facts import ActionState, ExecutionState, ReportedRun, StageState, Trigger
from crosscheck.ledger.image_facts import PushedImage
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, LedgerKey, Subject
from crosscheck.ledger.table import Fact

MOST_ATTEMPTS = 100_000
FIRST_ATTEMPT = 1
TAG_LIMIT = 300
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
_REPOSITORY = matching(r"(?=.{2,256}$)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*")
_DIGEST = matching(r"sha256:[0-9a-f]{64}")
_STATE = matching(r"[A-Za-z][A-Za-z0-9_ -]{0,39}")


@dataclass(frozen=True)
class Change:
    """An event in the ledger's terms. ``notify_card``: whether its card is notified right away."""

    event_id: str
    subject: LedgerKey
    fact: Fact
    verification: Verification | None = None
    notify_card: bool = True


def parse(event: object) -> Change | None:
    """What an event means; None where it means nothing to us.

    Raises:
        UnreadableEventError: with the field that is wrong, never with its value.
    """
    envelope = Fields(event, "the event")
    detail = envelope.part("detail", "detail")
    match envelope.text("source"), envelope.text("detail-type"):
        case "aws.codepipeline", kind:
            return _state_change(envelope, kind, detail)
        case "aws.ecr", "ECR Image Action":
            return _push(envelope, detail)
        case _:
            raise UnreadableEventError("source and detail-type of the event are none that the rules let through")


def _state_change(envelope: Fields, kind: str, detail: Fields) -> Change:
    event_id, run = envelope.text("id"), _run(envelope, detail)
    subject = Subject(envelope.read("region", region), detail.read("pipeline", NAME), detail.read("execution-id", NAME))
    verification = None
    match kind:
        case "CodePipeline Pipeline Execution State Change":
            fact = ExecutionState(run, _trigger(detail)).to_fact(event_id)
            verification = preflight(subject) if run.state is State.STARTED else None
        case "CodePipeline Stage Execution State Change":
            stage = detail.read("stage", NAME)
            fact = StageState(stage, run).to_fact(event_id)
            if run.state in {State.SUCCEEDED, State.FAILED}:
                verification = finished_stage(subject, stage, run.state, run.attempt, run.at)
        case "CodePipeline Action Execution State Change":
            fact = _action(envelope, detail, run).to_fact(event_id)
        case _:
            raise UnreadableEventError("detail-type of the event is none of CodePipeline's execution state changes")
    return Change(event_id, subject, fact, verification)


def _run(envelope: Fields, detail: Fields) -> ReportedRun:
    """What all three kinds of events tell; the start is the start-time, or the time of the STARTED event itself."""
    at, word = envelope.read("time", times.from_text), detail.read("state", _STATE)
    attempt = detail.read("pipeline-execution-attempt", _attempt, FIRST_ATTEMPT)
    state = State(word) if word in State else State.UNKNOWN
    started = detail.read("start-time", times.from_text, at if state is State.STARTED else None)
    starts = {} if started is None else {attempt: started}
    return ReportedRun(state, attempt, at, started, starts, word if state is State.UNKNOWN else "")


def _attempt(value: float) -> int:
    """A whole number, which may be written 3.0.

    On an execution's first run stage events say 0.0, where those of its actions and the execution's own say 1.0; from a
    retry on all say the same. Everywhere but here the first attempt is 1.
    """
    if isinstance(value, bool) or not 0 <= value <= MOST_ATTEMPTS:
        raise ValueError("no attempt")
    return max(FIRST_ATTEMPT, int(value))


def _action(envelope: Fields, detail: Fields, run: ReportedRun) -> ActionState:
    nothing = Fields({}, "nothing")
    kind = detail.part("type", "detail.type", nothing)
    result = detail.part("execution-result", "detail.execution-result", nothing)
    return ActionState(
        stage=detail.read("stage", NAME),
        action=detail.read("action", NAME),
        run=run,
        region=detail.read("region", lambda value: value and region(value), "") or envelope.read("region", region),
        category=kind.text("category", ""),
        provider=kind.text("provider", ""),
        url=result.text("external-execution-url", ""),
        summary=result.text("external-execution-summary", ""),
        error_code=result.text("error-code", ""),
        id=detail.text("action-execution-id", ""),
    )


def _trigger(detail: Fields) -> Trigger | None:
    """What started an execution, from its trigger type or from the Git event; None where the event does not say it.

    E-mail addresses are personal data and stay out of the ledger.
    """
    if "execution-trigger" not in detail:
        return None
    given = detail.part("execution-trigger", "detail.execution-trigger")
    return Trigger(
        type=given.text("trigger-type", ""),
        commit=given.text("commit-id", ""),
        message=given.text("commit-message", ""),
        author=given.text("author-display-name", ""),
        branch=given.text("branch-name", ""),
        repository=given.text("full-repository-name", ""),
        tag=given.text("tag-name", ""),
        started_by=_named(given.text("trigger-detail", "")),
    )


def _named(detail: str) -> str:
    """Who or what an ARN names, in words; empty for any other detail. A session, or a user, may be named after an
    e-mail address: what follows its @ is left out.

    The kinds are those of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html.
    """
    if not detail.startswith("arn:"):
        return ""
    parts = detail.split(":", 5)
    service, resource = "".join(parts[2:3]), parts[-1]
    kind, _, path = resource.partition("/")
    name = (path or resource).rpartition("/")[2].rpartition(":")[2].partition("@")[0]
    match service, kind:
        case "iam", "root":
            return "the account's root user"
        case "iam", "user" | "role":
            return f"{kind} {name}"
        case "sts", "assumed-role":
            return f"role {path.partition('/')[0]}, session {name}"
        case "sts", "federated-user":
            return f"federated user {name}"
        case _:
            return name


def _push(envelope: Fields, detail: Fields) -> Change | None:
    """None for what is no finished push of a tagged image."""
    tag = detail.text("image-tag", "")
    if detail.text("action-type") != "PUSH" or detail.text("result") != "SUCCESS" or not tag:
        return None
    subject = ImageSubject(
        region=envelope.read("region", region),
        repository=detail.read("repository-name", _REPOSITORY),
        digest=detail.read("image-digest", _DIGEST),
    )
    event_id, pushed = envelope.text("id"), envelope.read("time", times.from_text)
    fact = PushedImage(pushed, {tag[:TAG_LIMIT]: pushed}).to_fact(event_id)
    # Which regions it has to reach is not known yet, and it may be none: the card waits for that.
    return Change(event_id, subject, fact, pushed_image(subject, tag, pushed), notify_card=False)
