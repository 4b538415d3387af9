"""One run of an action: its artifacts, its role, its end."""

import logging
import uuid
from collections.abc import Callable, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.actions.registry import kind_of
from local.codepipeline.condition_state import ConditionType
from local.codepipeline.declarations import Action
from local.codepipeline.errors import DENIED, ActionError, FailureType, HaltedError
from local.codepipeline.rules.registry import rule_kind_of
from local.codepipeline.state import ActionExecution, Artifact, Execution, Halt, Status
from local.codepipeline.state_changes import Change
from local.codepipeline.tools import Tools
from local.codepipeline.variables import resolve

logger = logging.getLogger(__name__)

_SUMMARY_LIMIT = 2048


def begin(
    tools: Tools, execution: Execution, stage: str, action: Action, condition: ConditionType | None = None
) -> ActionExecution:
    """Record that the action starts, or a rule of that condition."""
    now = tools.clock.now()
    run = ActionExecution(
        str(uuid.uuid4()), stage, action, now, now, resolved=dict(action.configuration), condition=condition
    )
    with tools.state.changed:
        (execution.rules if action.is_rule else execution.actions).append(run)
    return run


def run_action(tools: Tools, execution: Execution, run: ActionExecution) -> None:
    """Run it to its end, whatever that is; returns once its last event is out."""
    try:
        result = _prepare_and_run(tools, execution, run)
    except HaltedError:
        give_up(tools, execution, run)
    except ActionError as error:
        fail(tools, execution, run, error)
    except (ClientError, BotoCoreError) as error:
        fail(tools, execution, run, _service_error(error))
    except Exception as error:  # a bug here must end the action, or the execution would never end
        logger.exception("action %s of %s broke", run.action.name, execution.pipeline.name)
        fail(tools, execution, run, ActionError(FailureType.SYSTEM_UNAVAILABLE, f"Internal error: {error!r}"))
    else:
        _succeed(tools, execution, run, result)


def give_up(tools: Tools, execution: Execution, run: ActionExecution) -> None:
    """End a run, if it is still in progress; its thread finds out later."""

    def record() -> None:
        run.status = Status.ABANDONED

    change = Change.CANCELED if execution.halt is Halt.CANCEL else Change.ABANDONED
    _end(tools, execution, run, change, record)


def fail(tools: Tools, execution: Execution, run: ActionExecution, error: ActionError) -> None:
    """End a run as failed, if it is still in progress; its thread finds out later."""

    def record() -> None:
        run.status = Status.FAILED
        run.error_code, run.error_message = error.code, error.message
        run.summary = error.message[:_SUMMARY_LIMIT]

    _end(tools, execution, run, Change.FAILED, record)


def _prepare_and_run(tools: Tools, execution: Execution, run: ActionExecution) -> ActionResult:
    inputs: tuple[Artifact, ...] = ()
    try:
        inputs = _bring_inputs(tools, execution, run)
        _allocate_outputs(tools, execution, run)
    finally:
        tools.changes.action(execution, run, Change.STARTED)
    namespaces: Mapping[str, Mapping[str, str]] = {
        **execution.namespaces,
        "codepipeline": {"PipelineExecutionId": execution.id},
        "variables": execution.variables,
    }
    run.resolved = resolve(run.action.configuration, namespaces)
    credentials = tools.roles.of_action(execution.pipeline, run.action)
    context = ActionContext(tools, execution, run, credentials, inputs)
    context.check()
    return _kind(run.action).run(context)


def _kind(action: Action) -> ActionKind:
    return rule_kind_of(action.type) if action.is_rule else kind_of(action.type)


def _bring_inputs(tools: Tools, execution: Execution, run: ActionExecution) -> tuple[Artifact, ...]:
    if not run.action.inputs:
        return ()
    credentials = tools.roles.of_pipeline(execution.pipeline)
    artifacts = tuple(_produced(execution, run.action, name) for name in run.action.inputs)
    run.inputs = tuple(
        (artifact.name, tools.artifacts.bring(execution.pipeline, artifact, run.action.region, credentials))
        for artifact in artifacts
    )
    return artifacts


def _produced(execution: Execution, action: Action, name: str) -> Artifact:
    try:
        return execution.artifacts[name]
    except KeyError:  # the stage that makes it was skipped
        text = f"The input artifact {name} of {action.name} was not produced by this execution."
        raise ActionError(FailureType.CONFIGURATION, text) from None


def _allocate_outputs(tools: Tools, execution: Execution, run: ActionExecution) -> None:
    run.outputs = tuple(
        (name, tools.artifacts.allocate(execution.pipeline, name, run.action.region)) for name in run.action.outputs
    )


def _succeed(tools: Tools, execution: Execution, run: ActionExecution, result: ActionResult) -> None:
    def record() -> None:
        run.status = Status.SUCCEEDED
        run.external_id = result.external_id or run.external_id
        run.external_url = result.url or run.external_url
        run.summary = (result.summary or run.summary or "")[:_SUMMARY_LIMIT] or None
        run.variables = result.variables
        run.revision = result.revision
        if run.action.namespace is not None:
            execution.namespaces[run.action.namespace] = result.variables
        revision = result.revision.id if result.revision else None
        for name, location in run.outputs:
            execution.artifacts[name] = Artifact(name, revision, {location.region: location})

    _end(tools, execution, run, Change.SUCCEEDED, record)


def _end(tools: Tools, execution: Execution, run: ActionExecution, change: Change, record: Callable[[], None]) -> None:
    changed = tools.state.changed
    with changed:
        if run.status is not Status.IN_PROGRESS:
            return
        record()
        run.updated = execution.updated = tools.clock.now()
    tools.changes.action(execution, run, change)
    with changed:
        run.settled = True
        changed.notify_all()


def _service_error(error: ClientError | BotoCoreError) -> ActionError:
    if isinstance(error, ClientError) and error.response["Error"]["Code"] in DENIED:
        return ActionError(FailureType.PERMISSION, str(error))
    return ActionError(FailureType.JOB_FAILED, str(error))
