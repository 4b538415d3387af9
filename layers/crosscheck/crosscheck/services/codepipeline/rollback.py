"""The way back of a whole stage, where the service behind it has none: CodePipeline's RollbackStage.

It takes every region of the stage back, the good ones too. CodePipeline runs the stage again, as a new execution, with
the artifacts of an earlier one. https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html

CodePipeline's guide says that PARALLEL mode has none of it, but its API has: docs/aws.md. If it refuses, nothing is
changed and the card says so.
"""

from dataclasses import dataclass

from crosscheck.aws_errors import code
from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import (
    NOTHING_ELSE_PROVEN,
    NOTHING_PROVEN,
    Feasibility,
    Rollback,
    RollbackProposal,
    RollbackStarted,
    SupersededError,
)
from crosscheck.ledger.subjects import Subject, short_execution
from crosscheck.services.codepipeline.check import PipelineExecution
from crosscheck.services.codepipeline.stage import (
    FAILED,
    ROLLBACK,
    STOPPED,
    SUCCEEDED,
    UNDER_WAY,
    StageSituation,
    entered_between,
    read_inside,
    read_stage,
)

INSIDE, TARGET, PROVEN = "execution in the stage", "target", "proven"


@dataclass(frozen=True)
class DeployedStage:
    """A stage of an execution."""

    execution: Subject
    name: str


class StageRollback(Rollback[DeployedStage, RollbackProposal]):
    """Where CodePipeline is busy it says ConflictException; whoever asked for the rollback asks again later."""

    permissions = frozenset({"codepipeline:RollbackStage"})
    reads = frozenset(
        {
            "codepipeline:GetPipeline",
            "codepipeline:GetPipelineExecution",
            "codepipeline:GetPipelineState",
            "codepipeline:ListActionExecutions",
            "codepipeline:ListPipelineExecutions",
        }
    )

    def propose(self, target: DeployedStage, baseline: str, aws: Clients) -> RollbackProposal:
        """Read the stage. The baseline is the id of the execution to go back to."""
        seen = read_stage(target.execution, target.name, baseline, aws)
        return judge_stage(target.execution, target.name, seen, baseline)

    def act(self, target: DeployedStage, proposal: RollbackProposal, aws: Clients) -> RollbackStarted:
        """Roll the stage back.

        Raises:
            SupersededError: CodePipeline cannot roll the stage back any more; nothing was changed.
        """
        back_to = proposal.preconditions[TARGET]
        execution, refusal = _roll_back(target.execution, target.name, back_to, aws)
        if refusal:
            return self._refused(target, proposal, refusal, aws)
        back, by = short_execution(back_to), short_execution(execution)
        reason = f"{target.name} is rolled back to execution {back} by execution {by}"
        return RollbackStarted(reason, _verification(target.execution, execution))

    def changed(self, target: DeployedStage, proposal: RollbackProposal, aws: Clients) -> str:
        """Which execution is in the stage now."""
        inside, status = read_inside(target.execution, target.name, aws)
        if inside == proposal.preconditions[INSIDE] and status not in UNDER_WAY:
            return ""
        return f"execution {short_execution(inside)} is {status} in {target.name}"

    def replaced(
        self, target: DeployedStage, proposal: RollbackProposal, started: RollbackStarted, aws: Clients
    ) -> str:
        """The executions that were in the stage between ours and the rollback."""
        del proposal
        made = started.verification.parameters["execution"]
        others = entered_between(target.execution, target.name, made, aws)
        if not others:
            return ""
        names, pipeline = ", ".join(map(short_execution, others)), target.execution.pipeline
        again = f"aws codepipeline rollback-stage --region {target.execution.region} --pipeline-name {pipeline}"
        newest = f"--stage-name {target.name} --target-pipeline-execution-id {others[-1]}"
        return f"what execution {names} brought: {again} {newest}"

    def _refused(
        self, target: DeployedStage, proposal: RollbackProposal, refusal: str, aws: Clients
    ) -> RollbackStarted:
        """The stage may be back by our own doing, where CodePipeline's answer was lost and botocore asked again."""
        now = self.propose(target, proposal.preconditions[PROVEN], aws)
        if now.feasibility is Feasibility.ALREADY_BACK and now.verification:
            return RollbackStarted(now.reason, now.verification)
        raise SupersededError(f"CodePipeline cannot roll back {target.name} any more: {refusal}")


def judge_stage(subject: Subject, stage: str, seen: StageSituation, proven: str) -> RollbackProposal:
    """Whether the stage can be rolled back, to the execution that was proven: pure."""
    if unable := _unable(stage, seen):
        return RollbackProposal(Feasibility.MANUAL, unable)
    if seen.inside != subject.execution:
        return _entered(subject, stage, seen)
    if seen.status in UNDER_WAY:
        return RollbackProposal(Feasibility.SUPERSEDED, f"{stage} runs again: it is {seen.status}")
    if reason := _without_target(subject, stage, seen, proven):
        return RollbackProposal(Feasibility.MANUAL, reason)
    reason = f"{stage} goes back, in all its regions, to what execution {short_execution(seen.target)} brought"
    return RollbackProposal(
        Feasibility.READY,
        reason,
        target=f"execution {short_execution(seen.target)}",
        preconditions={INSIDE: seen.inside, TARGET: seen.target, PROVEN: proven},
    )


def _unable(stage: str, seen: StageSituation) -> str:
    """Why CodePipeline rolls back no such stage; empty where it does."""
    if seen.number < 0:
        return f"the pipeline has no stage {stage} any more"
    if seen.number == 0:
        return f"{stage} is the source stage: CodePipeline rolls none back"
    if seen.pipeline_type != "V2":
        return f"CodePipeline rolls back stages of V2 pipelines only, this one is {seen.pipeline_type}"
    if seen.own_type == ROLLBACK:
        return "the execution is a rollback itself"
    return ""


def _entered(subject: Subject, stage: str, seen: StageSituation) -> RollbackProposal:
    """The proposal where another execution was in the stage since."""
    if not seen.inside:
        return RollbackProposal(Feasibility.MANUAL, f"no execution was in {stage} since the pipeline changed")
    if not seen.back_to:
        return RollbackProposal(
            Feasibility.SUPERSEDED, f"execution {short_execution(seen.inside)} was in {stage} since"
        )
    target = f"execution {short_execution(seen.back_to)}"
    reason = f"{stage} was rolled back to {target} already, by execution {short_execution(seen.inside)}"
    return RollbackProposal(Feasibility.ALREADY_BACK, reason, target, verification=_verification(subject, seen.inside))


def _without_target(subject: Subject, stage: str, seen: StageSituation, proven: str) -> str:
    """Why there is nothing to go back to; empty where there is."""
    if seen.status not in {FAILED, STOPPED, SUCCEEDED}:
        return f"{stage} is {seen.status}: CodePipeline rolls back what succeeded, failed or was stopped"
    if not proven:
        return f"{stage} cannot be taken back: {NOTHING_PROVEN}"
    if subject.execution in {proven, seen.target}:
        return f"{stage} cannot be taken back: {NOTHING_ELSE_PROVEN}"
    if not seen.target:
        return f"CodePipeline no longer has execution {short_execution(proven)}, the last one that passed in {stage}"
    if seen.target_version != seen.version:
        return f"the pipeline changed since execution {short_execution(seen.target)}, the one to go back to in {stage}"
    return ""


def _roll_back(subject: Subject, stage: str, target: str, aws: Clients) -> tuple[str, str]:
    """The execution that rolls it back, or the code with which CodePipeline says that it cannot."""
    client = aws.client("codepipeline", subject.region)
    refusals = (
        client.exceptions.PipelineExecutionNotFoundException,
        client.exceptions.PipelineExecutionOutdatedException,
        client.exceptions.StageNotFoundException,
        client.exceptions.UnableToRollbackStageException,
    )
    try:
        answer = client.rollback_stage(pipelineName=subject.pipeline, stageName=stage, targetPipelineExecutionId=target)
    except refusals as error:
        return "", code(error)
    return answer["pipelineExecutionId"], ""


def _verification(subject: Subject, execution: str) -> PlannedCheck:
    parameters = {"pipeline": subject.pipeline, "execution": execution}
    return PlannedCheck(PipelineExecution.kind, subject.region, parameters)
