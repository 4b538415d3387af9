"""Entry point. It imports only the standard library at first, so that it can answer even without the layer."""

from typing import Any


def handler(event: dict[str, Any], context: Any) -> None:
    """Serve one custom resource request."""
    try:
        from provision_regions.serve import serve  # noqa: PLC0415 - an import error must be answered
    except Exception as error:  # the answer names whatever keeps the function from starting
        from provision_regions.import_failure import answer_failed  # noqa: PLC0415 - only needed here

        answer_failed(event, error)
        return
    serve(event, context)
