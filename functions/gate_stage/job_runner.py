"""One job from delivery to answer: judge within the time there is, record, and never leave without an answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.parameters import Parameters, parse_document
from crosscheck.telemetry import count, function_logger
from crosscheck.time_limits import OutOfTimeError, within
from crosscheck.verification.engine import NextStep
from crosscheck.verification.progress import begin
from gate_stage.answers import (
    Answer,
    Continue,
    Fail,
    FailureType,
    Succeed,
    failure_message,
    outputs,
    preview_outputs,
    summary,
)
from gate_stage.continuation import Continuation, decode, encode
from gate_stage.identity import UnreadableError
from gate_stage.job import Job
from gate_stage.look import UNKNOWN_LOOKS, GateLook, Judgement
from gate_stage.recording import VerdictRecorder

# What must be left of the function's time when the look is over: for the ledger and the card, and for the answer.
RECORD_SECONDS = 8.0
CARD_SECONDS = 2.0  # of these
ANSWER_SECONDS = 15.0

logger = function_logger()


@dataclass(frozen=True)
class JobRunner:
    """Finds the answer to a job. ``clock`` gives epoch seconds."""

    gate: GateLook
    recorder: VerdictRecorder
    clock: Callable[[], float]

    def answer(self, job: Job, remaining: Callable[[], float]) -> Answer:
        """The answer, whatever happens. ``remaining`` gives the seconds until the function's timeout."""
        try:
            return self._look(job, remaining)
        except ConfigurationError as error:
            return Fail(FailureType.CONFIGURATION_ERROR, str(error))
        except Exception as error:  # a fault of the gate's own: the job is answered, the log says where it lies
            return _crash(error)

    def _look(self, job: Job, remaining: Callable[[], float]) -> Answer:
        known = Continuation(begin(self.clock()))
        try:
            known = decode(job.token, self.clock())
            gate = within(_left(remaining), partial(self.gate.prove, job))
            known = known.of(gate.key, gate.began)
            judgement = within(_left(remaining), partial(self.gate.judge, job, gate, known.progress))
        except OutOfTimeError as error:
            return self._again(job, known, f"no look came to an end: {error}", patience=None)
        except UnreadableError as error:
            return self._again(job, known, str(error), patience=UNKNOWN_LOOKS)
        answer = _translate(judgement, known)
        self._tell(judgement)
        if not judgement.dry_run:
            self._record(judgement, min(RECORD_SECONDS, remaining() - ANSWER_SECONDS))
        return answer

    def _again(self, job: Job, known: Continuation, reason: str, patience: int | None) -> Answer:
        """Ask again later, or fail once patience or the deadline is at an end. No region was looked at."""
        progress = known.progress
        following = replace(progress, unread=progress.unread + 1)
        overdue = progress.counted(self.clock()) >= _deadline(job) and progress.pass_since is None
        logger.warning("no look", reason=reason, times=following.unread)
        count("GateUnreadable")
        if overdue or (patience is not None and following.unread >= patience):
            return Fail(FailureType.JOB_FAILED, f"FAIL regions=: {reason}")
        return Continue(encode(replace(known, progress=following)), f"asked again later: {reason}")

    def _record(self, judgement: Judgement, seconds: float) -> None:
        try:
            within(seconds, partial(self.recorder.record, judgement, self.clock(), seconds - CARD_SECONDS))
        except Exception:  # a ledger or a card that is out of reach must not decide over a release
            logger.exception("the verdict stands, but the ledger or the card was not told")
            count("GateRecordFailures")

    def _tell(self, judgement: Judgement) -> None:
        decision, subject = judgement.decision, judgement.gate.subject
        logger.info(
            "dry run" if judgement.dry_run else "looked",
            pipeline=subject.pipeline,
            execution=subject.execution,
            gate=judgement.gate.name,
            stage=judgement.plan.stage,
            look=decision.progress.look,
            step=decision.step.value,
            regions={region.region: f"{region.verdict.value}: {region.reason}" for region in decision.regions},
            plan=[f"{check.kind} {check.target} in {check.region}" for check in judgement.plan.checks],
        )
        if decision.step is not NextStep.CONTINUE and not judgement.dry_run:
            count("GatePassed" if decision.step is NextStep.PASS else "GateFailed")


def _translate(judgement: Judgement, known: Continuation) -> Answer:
    decision = judgement.decision
    if judgement.dry_run:
        return Succeed(preview_outputs(decision), summary(decision))
    match decision.step:
        case NextStep.CONTINUE:
            return Continue(encode(replace(known, progress=decision.progress)), summary(decision))
        case NextStep.PASS:
            return Succeed(outputs(decision), summary(decision))
        case NextStep.FAIL:
            return Fail(FailureType.JOB_FAILED, failure_message(decision))


def _crash(error: Exception) -> Fail:
    logger.error("the gate crashed", exc_info=error)
    count("GateCrashes")
    return Fail(
        FailureType.JOB_FAILED,
        f"the gate crashed with {type(error).__name__}; it proved nothing. Its log says where; retry the stage",
    )


def _left(remaining: Callable[[], float]) -> float:
    """The seconds for looking, when the rest of the job still has to have its time."""
    return remaining() - RECORD_SECONDS - ANSWER_SECONDS


def _deadline(job: Job) -> float:
    """The deadline as far as it is known without reading anything, in seconds."""
    try:
        own = parse_document(job.parameters, "UserParameters")
    except ConfigurationError:
        own = {}
    minutes: float = own.get("deadline_minutes", Parameters.deadline_minutes)
    return minutes * 60
