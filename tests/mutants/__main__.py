"""``python -m tests.mutants`` breaks the rules on purpose, one small change at a time, and counts what goes unnoticed.

A mutant is put in the place of what is imported already (``in_place.py``), which takes a moment. Where that cannot be
done it is imported anew with all of its tests, in a process of its own. No file is changed. What takes more CPU time
than LONGEST seconds then counts as noticed, as a loop without an end would be, and so does what waits for an hour.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import os
import random
import re
import resource
import sys
import tempfile
import time
from ast import Module
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

import boto3
import hypothesis
import moto.core.models
import pytest

from tests.mutants.equivalents import EQUIVALENTS
from tests.mutants.in_place import ANEW, DIED, LIVED, InPlace
from tests.mutants.mutations import Mutant, python_mutants, state_machine_mutants
from tests.mutants.swapped import Functions
from tests.mutants.targets import TARGETS
from tests.unit.docs.markdown import ROOT

# The same examples each time, and no search for the smallest one that fails: that it fails is enough.
hypothesis.settings.register_profile(
    "mutants",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)

PRELOADED = (boto3, hypothesis, moto.core.models)
SEED = 20_261_129
SAMPLE = 120
GOAL = 95.0
LONGEST = 240
AN_HOUR = 3_600.0


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
        self.path, self.source = str(ROOT / job.path), job.mutant.source()

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """The module's, if it is the one."""
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and spec.origin == self.path:
            spec.loader = _Loader(name, self.path, self.source)
            return spec
        return None


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, source: Module | str) -> None:
        super().__init__(name, path)
        self.source = source

    def get_code(self, fullname: str) -> CodeType:
        """That of the mutant, which no cache keeps."""
        del fullname
        code: CodeType = compile(self.source, self.path, "exec")
        return code


def jobs(paths: list[str], *, equivalent: bool = False) -> Iterator[Job]:
    """Every mutant of these files, without those that are known to be equivalent, unless they are asked for."""
    for path in paths:
        make = python_mutants if path.endswith(".py") else state_machine_mutants
        for mutant in make((ROOT / path).read_text()):
            job = Job(path, mutant)
            if equivalent or job.key not in EQUIVALENTS:
                yield job


def again(every: list[Job], told: str) -> list[Job]:
    """Those that an earlier run told of as survivors, wherever their lines stand by now."""
    lived = {re.sub(r":\d+: ", ": ", line, count=1) for line in told.splitlines()}
    return [job for job in every if f"survives: {job.path}: {job.mutant.change}: {job.mutant.line}" in lived]


def judged_in_place(todo: list[Job], processes: int) -> Iterator[tuple[Job, int]]:
    """What became of the mutants in the place of what is imported already, file by file; a process for each file's.

    :raises SystemExit: if a file's tests fail although nothing is broken
    """
    by_path = defaultdict[str, list[Job]](list)
    for job in todo:
        if job.path.endswith(".py"):
            by_path[job.path].append(job)
    with tempfile.TemporaryDirectory() as told:
        in_place = partial(_judge_in_place, by_path, Path(told))
        for path, status in _forked(sorted(by_path, key=lambda path: len(by_path[path])), processes, in_place):
            if status:
                sys.exit(f"the tests of {path} fail although nothing is broken")
            verdicts = _told(Path(told), path).read_bytes()
            sys.stderr.write(f"{path}: {verdicts.count(DIED)} of {len(verdicts)} died in place\n")
            yield from zip(by_path[path], verdicts, strict=True)


def _judge_in_place(by_path: dict[str, list[Job]], told: Path, path: str) -> int:
    functions = Functions(str(ROOT / path), (ROOT / path).read_text())
    mutants = [job.mutant for job in by_path[path]]
    with _told(told, path).open("wb", buffering=0) as verdicts:
        return _test(path, InPlace(functions, mutants, lambda verdict: verdicts.write(bytes([verdict]))))


def _told(told: Path, path: str) -> Path:
    return told / path.replace("/", "-")


def _test(path: str, *plugins: object) -> int:
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    sys.dont_write_bytecode = True
    options = ["-q", "-x", "-p", "no:cacheprovider", "--tb=no", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    tests = [str(ROOT / test) for test in TARGETS[path]]
    return int(pytest.main([*options, "--hypothesis-profile=mutants", *tests], plugins))


def _run(job: Job) -> int:
    """The child's end: 0 if every test passes."""
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
    sys.meta_path.insert(0, Broken(job))
    if not job.path.endswith(".py"):
        read, broken, text = Path.read_text, ROOT / job.path, job.mutant.write()
        Path.read_text = lambda self, *given, **more: (  # type: ignore[method-assign]
            text if self.resolve() == broken else read(self, *given, **more)
        )
    return _test(job.path)


def survivors(todo: list[Job], processes: int) -> Iterator[Job]:
    """The mutants that no test notices, as they are found."""
    for done, (job, status) in enumerate(_forked(todo, processes, _run, AN_HOUR), 1):
        if status == 0:
            yield job
        if done % 25 == 0:
            sys.stderr.write(f"{done} of {len(todo)} anew\n")


def _forked[Work](
    todo: list[Work], processes: int, work: Callable[[Work], int], longest: float = float("inf")
) -> Iterator[tuple[Work, int]]:
    """Each with the status of the process that worked at it, as they end; the last of the list first."""
    waiting, running = list(todo), dict[int, tuple[Work, float]]()
    while waiting or running:
        while waiting and len(running) < processes:
            given = waiting.pop()
            child = os.fork()
            if child == 0:
                try:
                    os._exit(work(given))
                finally:
                    os._exit(70)
            running[child] = given, time.monotonic()
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended:
            yield running.pop(ended)[0], status
            continue
        for child, (_, since) in running.items():
            if time.monotonic() - since > longest:
                os.kill(child, 9)
        time.sleep(0.05)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _lives(job: Job, lived: list[Job]) -> None:
    lived.append(job)
    _say(f"survives: {job}")


def main() -> int:
    """Print the survivors and the share of those that were noticed; an error if that is under the goal."""
    parser = argparse.ArgumentParser(prog="tests.mutants", description=__doc__)
    parser.add_argument("paths", nargs="*", default=[*TARGETS])
    parser.add_argument("--sample", type=int, default=SAMPLE, help="how many, drawn with a fixed seed; 0 for all")
    parser.add_argument("--again", type=Path, help="only the survivors that this output of an earlier run names")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    told = given.again.read_text() if given.again else None
    os.chdir(ROOT)
    every = list(jobs(given.paths))
    every = every if told is None else again(every, told)
    if not every:
        parser.error("none of these mutants is there any more")
    todo = random.Random(SEED).sample(every, min(given.sample or len(every), len(every)))  # noqa: S311 - no secret
    lived, judged = list[Job](), dict[Job, int]()
    for job, verdict in judged_in_place(todo, given.processes):
        judged[job] = verdict
        if verdict == LIVED:
            _lives(job, lived)
    anew = [job for job in todo if judged.get(job, ANEW) == ANEW]
    untried = {job.path for job in anew} - {job.path for job in judged}
    whole = [Job(path, Mutant(0, "", "nothing is changed", (ROOT / path).read_text)) for path in untried]
    if len(list(survivors(whole, given.processes))) < len(whole):
        parser.error("the tests fail although nothing is broken")
    for job in survivors(anew, given.processes):
        _lives(job, lived)
    share = 100 * (len(todo) - len(lived)) / len(todo)
    _say(f"{len(todo) - len(lived)} of {len(todo)} mutants died ({share:.1f} %), of {len(every)} that there are")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
