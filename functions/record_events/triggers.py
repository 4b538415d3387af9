"""What started an execution. CodePipeline tells it in two shapes: by trigger type, or by the Git event.

E-mail addresses are personal data and stay out of the ledger.
"""

from collections.abc import Mapping
from typing import Any

from record_events.fields import Fields

TEXT_LIMIT = 500
_GIT = {
    "commit": ("commit-id",),
    "message": ("commit-message",),
    "author": ("author-display-name",),
    "branch": ("branch-name", "tag-name"),
    "repository": ("full-repository-name",),
}


def read_trigger(detail: Fields) -> Mapping[str, Any]:
    """The once-known fields of a pipeline event: ``{"trigger": {…}}`` where it carries a trigger, else nothing."""
    if "execution-trigger" not in detail:
        return {}
    trigger = Fields(detail.mapping("execution-trigger"), "detail.execution-trigger")
    known = {name: _first(trigger, fields) for name, fields in _GIT.items()}
    known["type"] = trigger.text("trigger-type", "")
    return {"trigger": {name: value[:TEXT_LIMIT] for name, value in known.items() if value}}


def _first(trigger: Fields, fields: tuple[str, ...]) -> str:
    return next((trigger.text(field) for field in fields if field in trigger), "")
