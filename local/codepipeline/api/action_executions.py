"""ListActionExecutions."""

from collections.abc import Mapping

from local.aws_json.messages import Json, Parameters
from local.aws_json.operations import present
from local.codepipeline.api.call import Call, Operation
from local.codepipeline.api.runs import list_runs
from local.codepipeline.state import ActionExecution
from local.codepipeline.state_changes import artifacts


def list_action_executions(call: Call, parameters: Parameters) -> Json:
    """The runs of actions, the newest first; of one execution where the filter says so."""
    return list_runs(call, parameters, "action", lambda execution: execution.actions, _of_actions)


def _of_actions(run: ActionExecution) -> Json:
    return {
        "input": present(namespace=run.action.namespace),
        "output": {"outputArtifacts": artifacts(run.outputs), "outputVariables": dict(run.variables)},
    }


OPERATIONS: Mapping[str, Operation] = {"ListActionExecutions": list_action_executions}
