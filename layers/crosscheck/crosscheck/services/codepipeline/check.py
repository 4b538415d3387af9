"""The check ``pipeline-execution``: an execution succeeded. It proves that a stage is back; plans do not ask for it."""

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.parameters import text
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.ledger.subjects import short_execution

_VERDICTS = {"Succeeded": Verdict.PASS, "InProgress": Verdict.PENDING, "Stopping": Verdict.PENDING}


class PipelineExecution(Check):
    """Looks at one execution; the check's region is the pipeline's."""

    kind = "pipeline-execution"
    permissions = frozenset({"codepipeline:GetPipelineExecution"})
    parameters = {"pipeline": text(100, needed=True), "execution": text(36, needed=True)}

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once. Failed, stopped, cancelled and superseded executions are a FAIL."""
        pipeline, execution = planned.parameters["pipeline"], planned.parameters["execution"]
        answer = aws.client("codepipeline", planned.region).get_pipeline_execution(
            pipelineName=pipeline, pipelineExecutionId=execution
        )
        found = answer["pipelineExecution"]
        status = found.get("status", "")
        verdict = _VERDICTS.get(status, Verdict.FAIL if status else Verdict.INCONCLUSIVE)
        kind = "rollback execution" if found.get("executionType") == "ROLLBACK" else "execution"
        return planned.finding(
            verdict, f"{pipeline}: {kind} {short_execution(execution)} is {status or 'unknown'}", {"status": status}
        )
