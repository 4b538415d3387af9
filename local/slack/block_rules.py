"""Block Kit's limits; https://docs.slack.dev/reference/block-kit/blocks. One generator of problems per block type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

BLOCKS, HEADER, SECTION, FIELDS, FIELD, CONTEXT, ACTIONS = 50, 150, 3_000, 10, 2_000, 10, 25
BUTTON, ACTION_ID, VALUE, URL, BLOCK_ID, ALT = 75, 255, 2_000, 3_000, 255, 2_000
PLAIN, MRKDWN = ("plain_text",), ("plain_text", "mrkdwn")

type Block = Mapping[str, Any]
type Problems = Iterator[str]


def problems(blocks: Sequence[Block]) -> Problems:
    """What Slack would find wrong with the blocks, each with its JSON pointer."""
    if len(blocks) > BLOCKS:
        yield _at("/blocks", f"no more than {BLOCKS} items allowed")
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        here = f"/blocks/{index}"
        kind = block.get("type")
        rule = _RULES.get(kind) if isinstance(kind, str) else None
        if rule is None:
            yield _at(f"{here}/type", f"unsupported type: {kind}")
            continue
        yield from rule(block, here)
        yield from _block_id(block, here, seen)


def _header(block: Block, here: str) -> Problems:
    yield from _text(block, "text", here, PLAIN, HEADER)


def _section(block: Block, here: str) -> Problems:
    if "text" not in block and not block.get("fields"):
        yield _at(here, "missing required field: text or fields")
    if "text" in block:
        yield from _text(block, "text", here, MRKDWN, SECTION)
    yield from _items(block, "fields", here, FIELDS, lambda field, at: _text_object(field, at, MRKDWN, FIELD))
    if "accessory" in block:
        yield from _element(block["accessory"], f"{here}/accessory")


def _context(block: Block, here: str) -> Problems:
    yield from _filled(block, here)
    yield from _items(block, "elements", here, CONTEXT, _context_element)


def _context_element(element: object, at: str) -> Problems:
    if isinstance(element, Mapping) and element.get("type") == "image":
        yield from _image(element, at)
    else:
        yield from _text_object(element, at, MRKDWN, SECTION)


def _actions(block: Block, here: str) -> Problems:
    yield from _filled(block, here)
    yield from _items(block, "elements", here, ACTIONS, _element)


def _element(element: object, at: str) -> Problems:
    kind = element.get("type") if isinstance(element, Mapping) else None
    if not isinstance(element, Mapping) or kind not in {"button", "image"}:
        yield _at(f"{at}/type", f"unsupported type: {kind}")
    elif kind == "image":
        yield from _image(element, at)
    else:
        yield from _text(element, "text", at, PLAIN, BUTTON)
        for name, limit in (("action_id", ACTION_ID), ("value", VALUE), ("url", URL)):
            if name in element:
                yield from _string(element[name], f"{at}/{name}", limit)
        if element.get("style") not in {None, "primary", "danger"}:
            yield _at(f"{at}/style", "must be one of primary, danger")
        if "confirm" in element:
            yield from _confirm(element["confirm"], f"{at}/confirm")


def _confirm(dialog: Block, here: str) -> Problems:
    """https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object"""
    for name, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        yield from _text(dialog, name, here, PLAIN, limit)


def _image(block: Block, here: str) -> Problems:
    for name, limit in (("image_url", URL), ("alt_text", ALT)):
        if name not in block:
            yield _at(here, f"missing required field: {name}")
        else:
            yield from _string(block[name], f"{here}/{name}", limit)


def _divider(_: Block, __: str) -> Problems:
    yield from ()


def _block_id(block: Block, here: str, seen: set[str]) -> Problems:
    block_id = block.get("block_id")
    if block_id is None:
        return
    yield from _string(block_id, f"{here}/block_id", BLOCK_ID)
    if isinstance(block_id, str) and block_id in seen:
        yield _at(f"{here}/block_id", f"block_id already exists: {block_id}")
    seen.add(str(block_id))


def _filled(block: Block, here: str) -> Problems:
    if not block.get("elements"):
        yield _at(here, "missing required field: elements")


def _items(block: Block, name: str, here: str, limit: int, check: Callable[[object, str], Problems]) -> Problems:
    items = block.get(name, [])
    if not isinstance(items, list):
        yield _at(f"{here}/{name}", "must be an array")
        return
    if len(items) > limit:
        yield _at(f"{here}/{name}", f"no more than {limit} items allowed")
    for index, item in enumerate(items):
        yield from check(item, f"{here}/{name}/{index}")


def _text(block: Block, name: str, here: str, kinds: tuple[str, ...], limit: int) -> Problems:
    if name not in block:
        yield _at(here, f"missing required field: {name}")
    else:
        yield from _text_object(block[name], f"{here}/{name}", kinds, limit)


def _text_object(value: object, at: str, kinds: tuple[str, ...], limit: int) -> Problems:
    if not isinstance(value, Mapping) or value.get("type") not in kinds:
        yield _at(at, f"must be a text object of type {' or '.join(kinds)}")
        return
    yield from _string(value.get("text"), f"{at}/text", limit)
    if "emoji" in value and value["type"] != "plain_text":
        yield _at(f"{at}/emoji", "additional property not allowed")


def _string(value: object, at: str, limit: int) -> Problems:
    if not isinstance(value, str):
        yield _at(at, "must be a string")
    elif not value:
        yield _at(at, "must be more than 0 characters")
    elif len(value) > limit:
        yield _at(at, f"must be less than {limit + 1} characters")


def _at(pointer: str, problem: str) -> str:
    return f"{problem} [json-pointer:{pointer}]"


_RULES: Mapping[str, Callable[[Block, str], Problems]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _divider,
    "actions": _actions,
    "image": _image,
}
