"""CloudFormation invokes a custom resource's function asynchronously, so Lambda retries it twice when it fails.

Ministack invokes it once; a function that raises near its timeout in order to be called again would never answer.
"""

from typing import Any

from ministack.services import lambda_svc


def install() -> None:
    """Replace the invocation of custom resources."""
    execute = lambda_svc._execute_function_with_config_scope  # noqa: SLF001 - ministack offers no public name

    def execute_or_enqueue(func: dict[str, Any], event: Any) -> Any:
        if isinstance(event, dict) and {"ResponseURL", "StackId", "RequestType"} <= event.keys():
            return lambda_svc.invoke_async_with_retry(func, event)
        return execute(func, event)

    lambda_svc._execute_function_with_config_scope = execute_or_enqueue  # noqa: SLF001
