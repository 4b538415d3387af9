"""Stores in many regions, and the Delete of a store that is full while somebody still writes to it.

    python -m bench.load_stores [--versions 100000]

In process, against the strict fakes of S3, KMS and SSM. Every call takes 100 ms where time is told. Lambda's fifteen
minutes pass by a simulated clock: a second for a call, fifteen for a batch of 1,000 deletions that S3 slows down.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

from bench.timing import machine, table
from crosscheck.errors import CrosscheckError
from provision_regions.custom_resource.request import Status
from provision_regions.region_results import UnfinishedError
from tests.fakes.regions.requests import Told, properties, run, without_waiting
from tests.fakes.regions.s3 import FakeBucket
from tests.fakes.regions.stores import EMPTY, EU, assert_nothing_left, bucket_name, created
from tests.fakes.regions.world import World

SIZES = (1, 4, 16, 33)
CALL_SECONDS = 0.1
LAMBDA_SECONDS = 900.0
SECONDS = {"DeleteObjects": 15.0}


def regions(count: int) -> tuple[str, ...]:
    """So many regions, the home region first."""
    names = boto3.Session(region_name="us-east-1").get_available_regions("s3", "aws")
    found = ("us-east-1", *(name for name in sorted(names) if name != "us-east-1"))
    if len(found) < count:
        raise ValueError(f"botocore knows {len(found)} regions only")
    return found[:count]


def provisioned(count: int) -> list[object]:
    """A row: the stores of so many regions are created, and then found as they should be."""
    wanted = regions(count)
    world = World()
    world.before = lambda _operation, _region: time.sleep(CALL_SECONDS)
    began = time.monotonic()
    created(world, *wanted)
    seconds, calls = time.monotonic() - began, len(world.journal)
    again = len(world.changes)
    if run(world, "Update", properties(*wanted), properties(*wanted)).status is not Status.SUCCESS:
        raise CrosscheckError("the update failed")
    buckets = set(world.s3.buckets)
    if buckets != {bucket_name(region) for region in wanted}:
        raise CrosscheckError(f"there are {sorted(buckets)}")
    return [
        count,
        calls,
        f"{calls / count:.1f}",
        f"{seconds:.2f}",
        len(world.journal) - calls,
        len(world.changes) - again,
    ]


def emptied(versions: int) -> dict[str, object]:
    """What it takes to delete a store with so many versions, and as many markers, while somebody writes.

    Raises:
        AssertionError: something of ours is left.
    """
    world = World()
    created(world, EU, **EMPTY)
    bucket = world.s3.buckets[bucket_name(EU)]
    for number in range(versions // 2):
        bucket.versions += [
            {"Key": f"{number}", "VersionId": "a"},
            {"Key": f"{number}", "VersionId": "b", "marker": True},
        ]
    clock, refused, before = {"left": LAMBDA_SECONDS}, [], len(world.journal)

    def write(found: FakeBucket) -> None:
        try:
            world.s3.put_object(found.name, "late.zip")
        except ClientError as error:
            refused.append(error)

    def pass_time(operation: str, _region: str) -> None:
        clock["left"] -= SECONDS.get(operation, 1.0)

    world.s3.after_batch, world.before = write, pass_time
    told, runs = _runs(world, clock)
    if told.status is not Status.SUCCESS:
        raise CrosscheckError(told.reason)
    assert_nothing_left(world)
    passed = (runs - 1) * LAMBDA_SECONDS + LAMBDA_SECONDS - clock["left"]
    calls = len(world.journal) - before
    return {
        "versions": versions,
        "calls": calls,
        "runs": runs,
        "minutes": round(passed / 60),
        "writes refused": len(refused),
    }


def _runs(world: World, clock: dict[str, float]) -> tuple[Told, int]:
    asked: dict[str, Any] = properties(EU, **EMPTY)
    for number in range(1, 4):
        clock["left"] = LAMBDA_SECONDS
        try:
            return run(world, "Delete", asked, retrying=without_waiting(lambda: clock["left"])), number
        except UnfinishedError:
            continue
    raise CrosscheckError("three runs of the function were not enough")


def rows() -> Iterator[list[object]]:
    """A row for each number of regions."""
    for count in SIZES:
        yield provisioned(count)


HEADER = ("regions", "calls", "per region", "seconds", "calls of an update without a change", "of them changes")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--versions", type=int, default=100_000)
    asked = parser.parse_args()
    print(machine())
    print(table(HEADER, rows()))
    found = emptied(asked.versions)
    print(table(found, [found.values()]))


if __name__ == "__main__":
    main()
