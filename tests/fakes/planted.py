"""Secrets in AWS's answers: every text that a fake leaves out, and AWS need not, is a mark that a test looks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.fakes.json_protocol import JsonService

if TYPE_CHECKING:
    import pytest
    from botocore.model import OperationModel, Shape

# How deep AWS's answers are filled: deeper are only shapes that hold themselves.
DEPTH = 8


class Planted:
    """``mark`` makes the text of a member, by the way to it (``GetAlias.Description``); an empty one leaves it out."""

    def __init__(self, mark: Callable[[str], str]) -> None:
        self.mark = mark
        self.active = False
        self.places: set[str] = set()

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Plant into the answers of all fakes, while ``active``."""
        served = JsonService.served

        def planting(fake: JsonService, model: OperationModel, body: Mapping[str, Any]) -> Any:
            answer = served(fake, model, body)
            return self.into(answer, model.output_shape, model.name) if self.active else answer

        monkeypatch.setattr(JsonService, "served", planting)

    def into(self, answer: Any, shape: Shape | None, where: str) -> Any:
        """The answer with marks wherever a text is absent."""
        return self._filled(answer, shape, where, DEPTH) if shape else answer

    def _filled(self, value: Any, shape: Any, where: str, depth: int) -> Any:
        match shape.type_name:
            case "structure":
                kept = {
                    name: self._filled(value[name], shape.members[name], f"{where}.{name}", depth) for name in value
                }
                absent = {name: member for name, member in shape.members.items() if name not in value}
                return {**kept, **self._made(absent, where, depth)}
            case "list":
                return [self._filled(each, shape.member, where, depth) for each in value]
            case "map":
                kept = {name: self._filled(each, shape.value, f"{where}.{name}", depth) for name, each in value.items()}
                return {**kept, **self._made({"planted": shape.value}, where, depth)}
            case _:
                return value

    def _made(self, absent: Mapping[str, Any], where: str, depth: int) -> dict[str, Any]:
        made = {name: self._new(member, f"{where}.{name}", depth - 1) for name, member in absent.items()}
        return {name: value for name, value in made.items() if value}

    def _new(self, shape: Any, where: str, depth: int) -> Any:
        """What an absent member may be: a text, or something that consists of texts; None for all else."""
        if depth < 0:
            return None
        match shape.type_name:
            case "string":
                free = not shape.enum and "pattern" not in shape.metadata
                return self._marked(where) if free else None
            case "list":
                each = self._new(shape.member, where, depth - 1)
                return [each] if each else None
            case "map":
                each = self._new(shape.value, f"{where}.planted", depth - 1)
                return {"planted": each} if each else None
            case "structure":
                made = self._made(shape.members, where, depth)
                return made if made and set(shape.required_members) <= made.keys() else None
            case _:
                return None

    def _marked(self, where: str) -> str | None:
        mark = self.mark(where)
        if mark:
            self.places.add(where)
        return mark or None
