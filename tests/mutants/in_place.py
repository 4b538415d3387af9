"""One run of a file's tests for all of its mutants.

The tests are collected and run once, unbroken, which shows what each of them reaches. Then a process is forked for each
mutant, which runs those that reach the line, the quickest first, until one fails. The first such process changes
nothing: where a test fails because it ran before, or in another order, no mutant is judged here.
"""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from types import CodeType

import pytest

from tests.mutants.mutations import Mutant
from tests.mutants.swapped import Functions, NeedsTheModuleAnewError

DIED, LIVED, ANEW = range(3)
LONGEST = 120.0
_TOOL = sys.monitoring.OPTIMIZER_ID


class Reach:
    """Which test runs which line of a module, and how long each test takes, in seconds."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self.lines: dict[int, set[pytest.Item]] = defaultdict(set)
        self.seconds: dict[pytest.Item, float] = {}
        self._now: set[int] = set()

    def watch(self, items: list[pytest.Item], run: Callable[[pytest.Item, pytest.Item | None], None]) -> None:
        """Run the tests one after the other, and note what they reach."""
        monitoring = sys.monitoring
        monitoring.use_tool_id(_TOOL, "mutants")
        monitoring.register_callback(_TOOL, monitoring.events.LINE, self._reached)
        for code in self.functions.codes_in_use():
            monitoring.set_local_events(_TOOL, code, monitoring.events.LINE)
        for item, following in zip(items, [*items[1:], None], strict=True):
            self._now = set()
            monitoring.restart_events()
            began = time.monotonic()
            run(item, following)
            self.seconds[item] = time.monotonic() - began
            for line in self._now:
                self.lines[line].add(item)
        monitoring.free_tool_id(_TOOL)

    def of(self, mutant: Mutant) -> list[pytest.Item]:
        """The tests that reach the mutant's line, the quickest first."""
        return sorted(self.lines.get(mutant.number, set()), key=self.seconds.__getitem__)

    def _reached(self, code: CodeType, line: int) -> object:
        del code
        self._now.add(line)
        return sys.monitoring.DISABLE


class InPlace:
    """A plugin of pytest that runs the tests for every mutant in the place of the tests' one run.

    What became of each is told in the order of the mutants.
    """

    def __init__(self, functions: Functions, mutants: list[Mutant], told: Callable[[int], object]) -> None:
        self.functions, self.mutants, self.told = functions, mutants, told

    @pytest.hookimpl
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """The run itself."""
        reach = Reach(self.functions)
        reach.watch(session.items, _run)
        if session.testsfailed:
            raise session.Failed("the tests fail although nothing is broken")
        again = partial(_judge, session, sorted(set().union(*reach.lines.values()), key=reach.seconds.__getitem__))
        sound = _in_a_child(again, LONGEST + sum(reach.seconds.values())) == LIVED
        for mutant in self.mutants:
            judge = partial(self._judge, session, reach.of(mutant), mutant)
            self.told(_in_a_child(judge, LONGEST) if sound else ANEW)
        return True

    def _judge(self, session: pytest.Session, items: list[pytest.Item], mutant: Mutant) -> int:
        try:
            self.functions.swap(mutant)
        except NeedsTheModuleAnewError:
            return ANEW
        return _judge(session, items) if items else ANEW


def _judge(session: pytest.Session, items: list[pytest.Item]) -> int:
    for item in items:
        _run(item, None)
        if session.testsfailed:
            return DIED
    return LIVED


def _run(item: pytest.Item, following: pytest.Item | None) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _in_a_child(judge: Callable[[], int], longest: float) -> int:
    """What the judge says in a process of its own; ANEW if that takes longer, in seconds: it may wait for a thread that
    did not come with it."""
    child = os.fork()
    if child == 0:
        verdict = ANEW
        try:
            verdict = judge()
        finally:
            os._exit(verdict)
    until = time.monotonic() + longest
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return ANEW
