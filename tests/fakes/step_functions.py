"""Step Functions, as far as verify_release.asl.yaml uses it: runs a state machine and counts its history's events.

What each state costs: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

type Function = Callable[[Any], Any]

# Entering and leaving a state; a function's Scheduled, Started and Succeeded; a Map's Started and Succeeded, and those
# of each of its iterations; an execution's Started and Succeeded.
STATE, FUNCTION, MAP, ITERATION, EXECUTION = 2, 3, 2, 2, 2
MISSING = object()


class StateMachine:
    """Runs a machine with ``functions`` by their placeholders; no function fails. An inline Map's events belong to the
    same history. ``now`` is in epoch seconds: a Wait moves it on, and iterations begin at the same moment."""

    def __init__(self, machine: Mapping[str, Any], functions: Mapping[str, Function], now: float) -> None:
        self.machine, self.functions, self.now = machine, functions, now
        self.events = 0

    def run(self, given: Any) -> Any:
        """The output of an execution."""
        self.events += EXECUTION
        return self._run(self.machine, given)

    def _run(self, machine: Mapping[str, Any], data: Any) -> Any:
        name = machine["StartAt"]
        while name:
            state = machine["States"][name]
            self.events += STATE
            data = self._output(state, data)
            name = _chosen(state, data) if state["Type"] == "Choice" else state.get("Next")
        return data

    def _output(self, state: Mapping[str, Any], data: Any) -> Any:
        given = _at(state.get("InputPath", "$"), data)
        given = _filled(state["Parameters"], given) if "Parameters" in state else given
        match state["Type"]:
            case "Task":
                self.events += FUNCTION
                result = self.functions[state["Resource"]](given)
            case "Map":
                result = self._map(state, data)
            case "Wait":
                self.now += _at(state["SecondsPath"], data)
                return data
            case "Pass":
                result = given
            case "Choice" | "Succeed":
                return data
            case other:
                raise NotImplementedError(other)
        path = state.get("ResultPath", "$")
        return result if path == "$" else {**data, path.removeprefix("$."): result}

    def _map(self, state: Mapping[str, Any], data: Any) -> list[Any]:
        self.events += MAP
        began, ended, results = self.now, self.now, []
        for item in _at(state["ItemsPath"], data):
            self.events += ITERATION
            self.now = began
            results.append(self._run(state["ItemProcessor"], item))
            ended = max(ended, self.now)
        self.now = ended
        return results


def _at(path: str, data: Any) -> Any:
    if path.startswith("$$."):
        return path
    for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        try:
            data = data[name or int(number)]
        except (KeyError, IndexError):
            return MISSING
    return data


def _filled(parameters: Mapping[str, Any], data: Any) -> dict[str, Any]:
    return {
        name.removesuffix(".$"): _at(value, data) if name.endswith(".$") else value
        for name, value in parameters.items()
    }


def _chosen(state: Mapping[str, Any], data: Any) -> str:
    return next((str(each["Next"]) for each in state["Choices"] if _holds(each, data)), str(state["Default"]))


def _holds(rule: Mapping[str, Any], data: Any) -> bool:
    match rule:
        case {"And": rules}:
            return all(_holds(each, data) for each in rules)
        case {"Not": inner}:
            return not _holds(inner, data)
        case {"Variable": path, "IsPresent": present}:
            return (_at(path, data) is not MISSING) is present
        case {"Variable": path, "StringEquals": expected} | {"Variable": path, "BooleanEquals": expected}:
            return bool(_at(path, data) == expected)
        case _:
            raise NotImplementedError(rule)
