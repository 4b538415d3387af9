"""A request that was cancelled may begin after the rollback's: CloudFormation invokes the function asynchronously, and
Lambda repeats an invocation that it throttled up to five minutes later. Nothing orders the two."""

from dataclasses import replace
from typing import Any

from provision_regions.custom_resource.request import Status
from provision_regions.ownership.current_request import ReplacedError
from provision_regions.retry import Deadline, Retrying
from tests.fakes.regions.requests import Told, event, properties, provider_context, request, sent, served
from tests.fakes.regions.stores import ASIA, EMPTY, EU, bucket_name, created
from tests.fakes.regions.world import World


def test_an_update_that_begins_during_its_own_rollback_does_not_stop_that() -> None:
    world = World()
    created(world, EU)
    old, wanted = properties(EU), properties(EU, ASIA, **EMPTY)
    begun: list[str] = []
    late: list[Told | Exception] = []

    def before(operation: str, _: str) -> None:
        if operation == "GetBucketTagging" and not begun:  # the rollback is under way
            begun.append(operation)
            try:
                late.append(served(request("Update", wanted, old), provider_context(world)))
            except ReplacedError as error:
                late.append(error)

    world.before = before
    rollback: Any = event("Update", old, wanted, RequestId="the-rollback")
    world.stacks.notes(rollback["StackId"], "UPDATE_ROLLBACK_IN_PROGRESS")
    # Time passes, so that whatever was asked for a moment ago is asked again.
    ticks = iter(range(10**6))
    retrying = Retrying(Deadline(lambda: 900.0, 60.0), sleep=lambda _: None, clock=lambda: float(next(ticks)))
    answer = sent(world, rollback, replace(provider_context(world), retrying=retrying))
    assert begun
    assert answer.status is Status.SUCCESS  # CloudFormation waits for this one
    assert bucket_name(ASIA) not in world.s3.buckets
    assert isinstance(late[0], ReplacedError)
