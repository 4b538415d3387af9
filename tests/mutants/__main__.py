"""``python -m tests.mutants`` breaks the rules on purpose, one small change at a time, and counts what goes unnoticed.

A process for each mutant is forked from one that has imported what all tests need. In it the module is another one: no
file is changed. What takes more than LONGEST seconds counts as noticed, as a loop without an end would be.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import boto3
import hypothesis
import moto.core.models
import pytest

from tests.mutants.equivalents import EQUIVALENTS
from tests.mutants.mutations import Mutant, python_mutants, state_machine_mutants
from tests.mutants.targets import TARGETS
from tests.unit.docs.markdown import ROOT

PRELOADED = (boto3, hypothesis, moto.core.models)
SEED = 20_261_129
SAMPLE = 120
GOAL = 95.0
LONGEST = 240.0


@dataclass(frozen=True)
class Job:
    """A mutant of a file, and the tests that have to notice."""

    path: str
    mutant: Mutant

    def __str__(self) -> str:
        return f"{self.path}:{self.mutant.number}: {self.mutant.change}: {self.mutant.line}"

    @property
    def key(self) -> tuple[str, str, str]:
        """How the equivalents name it."""
        return self.path, self.mutant.line, self.mutant.change


class Broken(importlib.abc.MetaPathFinder):
    """Finds the mutant in the place of its module."""

    def __init__(self, job: Job) -> None:
        self.path, self.text = str(ROOT / job.path), job.mutant.write()

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """The module's, if it is the one."""
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and spec.origin == self.path:
            spec.loader = _Loader(name, self.path, self.text)
            return spec
        return None


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self.text = text

    def get_code(self, fullname: str) -> CodeType:
        """That of the mutant, which no cache keeps."""
        del fullname
        code: CodeType = compile(self.text, self.path, "exec")
        return code


def jobs(paths: list[str], *, equivalent: bool = False) -> Iterator[Job]:
    """Every mutant of these files, without those that are known to be equivalent, unless they are asked for."""
    for path in paths:
        make = python_mutants if path.endswith(".py") else state_machine_mutants
        for mutant in make((ROOT / path).read_text()):
            job = Job(path, mutant)
            if equivalent or job.key not in EQUIVALENTS:
                yield job


def _run(job: Job) -> int:
    """The child's end: 0 if every test passes."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, Broken(job))
    if not job.path.endswith(".py"):
        read, broken, text = Path.read_text, ROOT / job.path, job.mutant.write()
        Path.read_text = lambda self, *given, **more: (  # type: ignore[method-assign]
            text if self.resolve() == broken else read(self, *given, **more)
        )
    options = ["-q", "-x", "-p", "no:cacheprovider", "--tb=no", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*options, *(str(ROOT / test) for test in TARGETS[job.path])]))


def survivors(todo: list[Job], processes: int) -> Iterator[Job]:
    """The mutants that no test notices, as they are found."""
    waiting, running = list(reversed(todo)), dict[int, tuple[Job, float]]()
    done = 0
    while waiting or running:
        while waiting and len(running) < processes:
            job = waiting.pop()
            child = os.fork()
            if child == 0:
                try:
                    os._exit(_run(job))
                finally:
                    os._exit(70)
            running[child] = job, time.monotonic()
        ended, status = os.waitpid(-1, os.WNOHANG)
        if not ended:
            _end_overdue(running)
            time.sleep(0.05)
            continue
        job, _ = running.pop(ended)
        done += 1
        if status == 0:
            yield job
        if done % 25 == 0:
            sys.stderr.write(f"{done} of {len(todo)}\n")


def _end_overdue(running: dict[int, tuple[Job, float]]) -> None:
    for child, (_, since) in running.items():
        if time.monotonic() - since > LONGEST:
            os.kill(child, 9)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Print the survivors and the share of those that were noticed; an error if that is under the goal."""
    parser = argparse.ArgumentParser(prog="tests.mutants", description=__doc__)
    parser.add_argument("paths", nargs="*", default=[*TARGETS])
    parser.add_argument("--sample", type=int, default=SAMPLE, help="how many, drawn with a fixed seed; 0 for all")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    os.environ["CI"] = "1"  # the same examples of every property each time
    os.chdir(ROOT)
    every = list(jobs(given.paths))
    todo = random.Random(SEED).sample(every, min(given.sample or len(every), len(every)))  # noqa: S311 - no secret
    whole = [Job(path, Mutant(0, "", "nothing is changed", (ROOT / path).read_text)) for path in {j.path for j in todo}]
    if len(list(survivors(whole, given.processes))) < len(whole):
        parser.error("the tests fail although nothing is broken")
    lived = []
    for job in survivors(todo, given.processes):
        lived.append(job)
        _say(f"survives: {job}")
    share = 100 * (len(todo) - len(lived)) / len(todo)
    _say(f"{len(todo) - len(lived)} of {len(todo)} mutants died ({share:.1f} %), of {len(every)} that there are")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
