"""Functions whose role must not create log groups do not get theirs back after it was deleted.

Lambda writes logs with the function's role; ministack writes them itself and would make the group anew.
"""

from typing import Any

from ministack.services import cloudwatch_logs, lambda_svc


def install() -> None:
    """Drop what a function logs to a group of its own that is gone."""
    emit = lambda_svc._emit_lambda_logs  # noqa: SLF001 - ministack offers no public name

    def emit_where_there_is_a_group(func: dict[str, Any], *rest: Any, **more: Any) -> None:
        config = func.get("config") or func
        default = f"/aws/lambda/{config.get('FunctionName')}"
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or default
        if group == default or group in cloudwatch_logs._log_groups:  # noqa: SLF001 - as above
            emit(func, *rest, **more)

    lambda_svc._emit_lambda_logs = emit_where_there_is_a_group  # noqa: SLF001
