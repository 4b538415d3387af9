"""What started an execution. CodePipeline tells it in two shapes: by trigger type, or by the Git event.

E-mail addresses are personal data and stay out of the ledger.
"""

from crosscheck.ledger.execution_facts import Trigger
from record_events.fields import Fields

TEXT_LIMIT = 500
_GIT = {
    "commit": ("commit-id",),
    "message": ("commit-message",),
    "author": ("author-display-name",),
    "branch": ("branch-name", "tag-name"),
    "repository": ("full-repository-name",),
}


def read_trigger(detail: Fields) -> Trigger | None:
    """The trigger of a pipeline event; None where it carries none."""
    if "execution-trigger" not in detail:
        return None
    trigger = Fields(detail.mapping("execution-trigger"), "detail.execution-trigger")
    known = {name: _first(trigger, fields)[:TEXT_LIMIT] for name, fields in _GIT.items()}
    return Trigger(type=trigger.text("trigger-type", "")[:TEXT_LIMIT], **known)


def _first(trigger: Fields, fields: tuple[str, ...]) -> str:
    return next((trigger.text(field) for field in fields if field in trigger), "")
