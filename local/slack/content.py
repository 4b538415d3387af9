"""What a message may contain: text, blocks, metadata. The limits are Slack's, the total of blocks is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local.slack.block_rules import problems
from local.slack.errors import SlackError

TEXT_LIMIT = 40_000
# Documented nowhere; beyond it Slack answers msg_blocks_too_long.
BLOCKS_TEXT_LIMIT = 13_000
_METADATA_KEYS = {"event_type", "event_payload"}


def text_of(arguments: Mapping[str, Any]) -> str | None:
    """The text; None where it was not given."""
    text = arguments.get("text")
    if text is None:
        return None
    if not isinstance(text, str):
        raise SlackError("invalid_arguments", "[ERROR] must be a string [json-pointer:/text]")
    if len(text) > TEXT_LIMIT:
        raise SlackError("msg_too_long")
    return text


def blocks_of(arguments: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The blocks; None where they were not given."""
    blocks = arguments.get("blocks")
    if blocks is None or blocks == "":
        return None
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    if found := list(problems(blocks)):
        raise SlackError("invalid_blocks", *(f"[ERROR] {problem}" for problem in found))
    if sum(map(len, _texts(blocks))) > BLOCKS_TEXT_LIMIT:
        raise SlackError("msg_blocks_too_long")
    return blocks


def metadata_of(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """The metadata; None where it was not given, empty where it shall be removed."""
    metadata = arguments.get("metadata")
    if metadata is None or metadata == "":
        return None
    if metadata == {}:
        return {}
    if not isinstance(metadata, dict) or not metadata.keys() >= _METADATA_KEYS:
        raise SlackError("invalid_metadata_format")
    if not metadata["event_type"] or not isinstance(metadata["event_type"], str):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata["event_payload"], dict):
        raise SlackError("invalid_metadata_format")
    return metadata


def check_content(text: str, blocks: list[dict[str, Any]]) -> None:
    """Refuse a message that shows nothing."""
    if not text.strip() and not blocks:
        raise SlackError("no_text")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "text" and isinstance(part, str):
                yield part
            else:
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
