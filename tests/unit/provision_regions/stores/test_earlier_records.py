"""A record that the version before wrote, which had no ``found``, but the request and its runs."""

import json

from provision_regions.custom_resource.request import Status
from provision_regions.stores.records import RecordedStores
from tests.fakes.regions.requests import properties, run
from tests.fakes.regions.stores import EMPTY, EU, HOME, bucket_name, created
from tests.fakes.regions.world import World

TWO = "pipeline-artifacts.two"


def test_what_an_earlier_version_took_over_is_not_emptied_by_the_rollback_of_a_renaming() -> None:
    """The provider was updated between the Update of a stack that uses it and its rollback."""
    world = World()
    old, renamed = properties(EU), properties(EU, Prefix=TWO, **EMPTY)
    retained = properties(EU, Prefix=TWO)
    assert run(world, "Create", retained).status is Status.SUCCESS
    assert run(world, "Delete", retained).status is Status.SUCCESS
    given = created(world, EU).physical_id
    world.deny_by_scp(EU, "PutBucketEncryption")
    assert run(world, "Update", renamed, old, PhysicalResourceId=given).status is Status.FAILED
    world.revive()
    name = f"/crosscheck/_records/shop/Stores/{TWO}"
    record = json.loads(world.ssm.values(HOME)[name])
    assert record.pop("found") == record["taken"] == [EU]
    earlier = record | {"request": "the-update", "runs": 1}
    world.ssm.PutParameter(HOME, name, json.dumps(earlier), Type="String", Overwrite=True)
    assert run(world, "Update", old, renamed, PhysicalResourceId=given).status is Status.SUCCESS
    assert bucket_name(EU, TWO) in world.s3.buckets


def test_a_record_of_a_store_that_was_not_there_before_is_read_by_the_version_before() -> None:
    """That one reads no field that it does not know. It serves the rollback of the update that brought this version."""
    world = World()
    created(world, EU)
    record = json.loads(world.ssm.values(HOME)["/crosscheck/_records/shop/Stores/pipeline-artifacts"])
    known = {"regions", "making", "taken", "empties", "finished", "request", "runs"}
    assert record.keys() <= known
    assert RecordedStores(**{key: record[key] for key in record.keys() & {"finished", "empties"}}).finished
