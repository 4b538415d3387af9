"""Step Functions, as far as ``verify_release`` uses it: what one state gives is what the next one reads.

A path that leads nowhere is an error, as it is there, apart from ``IsPresent``. Time passes at once, and nothing is
retried: an error of a function is caught or ends the execution.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

type States = Mapping[str, Mapping[str, Any]]


class ExecutionFailedError(Exception):
    """The execution ended in a Fail state."""


@dataclass
class StateMachine:
    """Runs a definition. ``functions`` are called by their resource; ``entered`` lists the states in their order."""

    definition: Mapping[str, Any]
    functions: Mapping[str, Callable[[Any], Any]]
    context: Mapping[str, Any]
    entered: list[str] = field(default_factory=list)
    waited: list[int] = field(default_factory=list)

    def run(self, document: Any) -> Any:
        """The output of an execution."""
        return self._run(self.definition, json.loads(json.dumps(document)))

    def _run(self, machine: Mapping[str, Any], document: Any) -> Any:
        name = machine["StartAt"]
        while name:
            state = machine["States"][name]
            self.entered.append(name)
            document, name = self._step(state, document)
        return document

    def _step(self, state: Mapping[str, Any], document: Any) -> tuple[Any, str]:
        if state["Type"] == "Choice":
            taken = next((each for each in state["Choices"] if self._holds(each, document)), None)
            return document, taken["Next"] if taken else state["Default"]
        if state["Type"] == "Fail":
            raise ExecutionFailedError(state["Error"])
        given = self._read(state["InputPath"], document) if "InputPath" in state else document
        given = self._filled(state["Parameters"], given) if "Parameters" in state else given
        try:
            result = self._result(state, given)
        except Exception as error:
            for caught in state.get("Catch", ()):
                if {"States.ALL", type(error).__name__} & set(caught["ErrorEquals"]):
                    return _put(caught["ResultPath"], document, _told(error)), caught["Next"]
            raise
        return _put(state.get("ResultPath", "$"), document, result), state.get("Next", "")

    def _result(self, state: Mapping[str, Any], given: Any) -> Any:
        match state["Type"]:
            case "Task":
                return json.loads(json.dumps(self.functions[state["Resource"]](given)))
            case "Map":
                return [self._run(state["ItemProcessor"], each) for each in self._read(state["ItemsPath"], given)]
            case "Wait":
                self.waited.append(self._read(state["SecondsPath"], given))
                return given
            case _:
                return given

    def _filled(self, parameters: Mapping[str, Any], document: Any) -> dict[str, Any]:
        return {
            key.removesuffix(".$"): self._read(value, document) if key.endswith(".$") else value
            for key, value in parameters.items()
        }

    def _read(self, path: str, document: Any) -> Any:
        if path.startswith("$$."):
            return self._read(path[1:], self.context)
        found = document
        for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", path):
            found = found[name] if name else found[int(number)]
        return found

    def _holds(self, rule: Mapping[str, Any], document: Any) -> bool:
        match rule:
            case {"And": rules}:
                return all(self._holds(each, document) for each in rules)
            case {"Not": denied}:
                return not self._holds(denied, document)
            case {"IsPresent": expected}:
                return self._present(rule["Variable"], document) is expected
            case {"StringEquals": expected} | {"BooleanEquals": expected}:
                return bool(self._read(rule["Variable"], document) == expected)
        raise AssertionError(f"no rule of this definition: {rule}")

    def _present(self, path: str, document: Any) -> bool:
        try:
            self._read(path, document)
        except (KeyError, IndexError):
            return False
        return True


def _put(path: str, document: Any, result: Any) -> Any:
    return result if path == "$" else {**document, path.removeprefix("$."): result}


def _told(error: Exception) -> dict[str, str]:
    """As Step Functions tells the error of a function."""
    name = type(error).__name__
    return {"Error": name, "Cause": json.dumps({"errorType": name, "errorMessage": str(error)})}
