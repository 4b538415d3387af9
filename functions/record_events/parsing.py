"""From an EventBridge event to what it means, by its source."""

from record_events import image_pushes, state_changes
from record_events.changes import Change
from record_events.fields import Fields


def parse(event: object) -> Change | None:
    """What an event means; None where it means nothing to us.

    Raises:
        UnreadableEventError: with the field that is wrong, never with its value.
    """
    envelope = Fields(event, "the event")
    detail = Fields(envelope.mapping("detail"), "detail")
    match envelope.text("source"):
        case state_changes.SOURCE:
            return state_changes.read_state_change(envelope, detail)
        case image_pushes.SOURCE if envelope.text("detail-type") == image_pushes.PUSH:
            return image_pushes.read_push(envelope, detail)
        case _:
            raise envelope.unreadable("source", "and detail-type are none that the rules let through")
