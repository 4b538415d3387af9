"""ECS tells times to the millisecond, as AWS's does. ministack keeps them so, and tells whole seconds."""

from datetime import datetime
from typing import Any

from ministack.services import ecs


def install() -> None:
    """Tell what is kept."""

    def to_epoch(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError:
            return value

    ecs._ts_to_epoch = to_epoch  # noqa: SLF001 - ministack offers no public name
