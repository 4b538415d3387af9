"""Entry point. Nothing but the standard library is imported here, so that a missing layer is answered, too."""

from typing import Any


def handler(event: dict[str, Any], context: Any) -> None:
    """Serve one custom resource request."""
    try:
        from provision_regions.serve import serve  # noqa: PLC0415 - guarded: an import error must be answered
    except Exception as error:  # whatever keeps the function from starting is the reason
        from provision_regions.import_failure import answer_failed  # noqa: PLC0415 - only needed here

        answer_failed(event, error)
        return
    serve(event, context)
