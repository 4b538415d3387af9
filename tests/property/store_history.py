"""One random history of a stack with stores: its requests, and whatever happens to them and around them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from provision_regions.custom_resource.request import Status, read_request
from provision_regions.ownership.names import OWNER_TAG, PREFIX_TAG
from tests.fakes.regions.errors import Killed
from tests.fakes.regions.requests import OWNER, PREFIX, Told, event, properties, provider_context, served
from tests.fakes.regions.s3 import FakeBucket
from tests.fakes.regions.stores import bucket_name, live_keys
from tests.fakes.regions.world import ACCOUNT, World

REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-1", "sa-east-1")
TAKEN = "eu-north-1"  # somebody else's bucket has the name that is ours there
PREFIXES = (PREFIX, f"{PREFIX}.two")
REFUSABLE = (
    "CreateAlias",
    "CreateBucket",
    "CreateKey",
    "EnableKeyRotation",
    "GetBucketTagging",
    "PutBucketEncryption",
    "PutBucketPolicy",
    "PutBucketTagging",
    "PutBucketTagging",  # twice: what is made and not tagged is the hardest to know again
)
DELIVERIES = 3
STACK = "arn:aws:cloudformation:us-east-1:111122223333:stack/shop/0f"
LAST_CALL = 90  # a request of four regions makes about so many

type Wish = Mapping[str, Any]
type Denial = tuple[str, str]


@dataclass
class StoreHistory:
    """CloudFormation's part is played here: what it sends after what was answered. ``always`` is the OnDelete of every
    request, empty for a random one."""

    random: Random
    always: str = ""
    world: World = field(default_factory=World)
    told: list[str] = field(default_factory=list)
    current: Wish | None = None
    given: str = ""
    retained: dict[str, FakeBucket] = field(default_factory=dict)  # until a request that wants them has succeeded

    def __post_init__(self) -> None:
        world = self.world
        for prefix in PREFIXES:
            self._strangers_bucket(TAKEN, prefix)
        for region in REGIONS:
            world.s3.buckets[f"theirs-{region}"] = FakeBucket(f"theirs-{region}", region, ACCOUNT)
            key = world.kms.add_key(region, {OWNER_TAG: "us-east-1/other/Stores"})
            world.kms.aliases[region, "alias/theirs"] = key.arn
            world.kms.add_key(region)
        tags = [{"Key": OWNER_TAG, "Value": "us-east-1/other/Stores"}]
        world.ssm.PutParameter("us-east-1", "/crosscheck/shop/theirs", "x", Type="String", Tags=tags)
        self.theirs = self._everything()

    def happen(self) -> None:
        """The whole history. At its end the stack is gone."""
        self._create()
        for _ in range(self.random.randint(0, 5)):
            self.random.choice([self._update, self._update, self._update, self._stranger])()
        if self.current is None:
            return
        old, self.current = self.current, None
        told = self._send("Delete", old, self._denials())
        if told.status is not Status.SUCCESS:
            assert self._send("Delete", old, quiet=True).status is Status.SUCCESS, self.told

    def take_over(self) -> None:
        """Every store that was retained is taken over and emptied: none of them has become a stranger to us."""
        for prefix in PREFIXES:
            free = [region for region in REGIONS if bucket_name(region, prefix) not in self.theirs]
            wish = properties(*free, Prefix=prefix, OnDelete="Empty")
            assert self._send("Create", wish, quiet=True).status is Status.SUCCESS, self.told
            assert self._send("Delete", wish, quiet=True).status is Status.SUCCESS, self.told

    def assert_nothing_is_left_but_theirs(self) -> None:
        """What was there before is as it was, and nothing else is there."""
        assert self._everything() == self.theirs, self.told

    # What CloudFormation does
    def _create(self) -> None:
        wish = self._wish()
        told = self._send("Create", wish, self._denials())
        if told.status is Status.SUCCESS:
            self.current = wish
            return
        while self._send("Delete", wish, self._denials()).status is not Status.SUCCESS:
            pass

    def _update(self) -> None:
        if self.current is None:
            self._create()
            return
        old, old_id, wish, denials = self.current, self.given, self._wish(), self._denials()
        told = self._send("Update", wish, denials, old=old)
        others_fail = self.random.random() < 0.3  # another resource of the stack, after ours
        if told.status is Status.SUCCESS and not others_fail:
            self.current = wish
            if told.physical_id != old_id:
                self._delete_replaced(old, old_id, told.physical_id)
            return
        if told.status is Status.SUCCESS and told.physical_id != old_id:
            self._delete_replaced(wish, told.physical_id, old_id)
            return
        self.world.stacks.notes(STACK, "UPDATE_ROLLBACK_IN_PROGRESS")
        if self._send("Update", old, denials, given=old_id, old=wish).status is not Status.SUCCESS:
            # Somebody lifts the denials and continues the rollback.
            assert self._send("Update", old, given=old_id, old=wish, quiet=True).status is Status.SUCCESS, self.told
        self.world.stacks.notes(STACK, "UPDATE_ROLLBACK_COMPLETE")

    def _delete_replaced(self, wish: Wish, gone: str, stays: str) -> None:
        resources = self.world.stacks.resources
        for resource in resources.values():
            resource.physical_id = stays
        if self._send("Delete", wish, self._denials(), given=gone).status is not Status.SUCCESS:
            # CloudFormation gives up on what it cannot clean up; the owners make the stack again under that prefix.
            assert self._send("Delete", wish, given=gone, quiet=True).status is Status.SUCCESS, self.told
        self.given = stays

    def _send(
        self,
        kind: str,
        wish: Wish,
        denials: list[Denial] | None = None,
        given: str = "",
        *,
        old: Wish | None = None,
        quiet: bool = False,
    ) -> Told:
        """One request, with what Lambda makes of it: killed runs, runs again, the same run twice."""
        given = "" if kind == "Create" else given or self.given
        content = event(kind, wish, old, RequestId=f"request-{len(self.told)}")
        content |= {"PhysicalResourceId": given} if kind != "Create" else {}
        self.told.append(f"{kind} {wish['Regions']} {wish['Prefix']} {wish.get('OnDelete')} {denials or ''}")
        self.world.stacks.begin(content)
        kept = self._kept(kind, wish)
        serve = self._server(content, denials or [], quiet=quiet)
        told = next(filter(None, (serve(run) for run in range(DELIVERIES))), None)
        if told is None:  # CloudFormation waits for its whole time, and makes up an id for what was never answered
            told = Told(Status.FAILED, given or "shop-Stores-1KXQ0")
        elif not quiet and self.random.random() < 0.2:
            told = serve(DELIVERIES) or told  # the answer is not read yet
        self.told[-1] += f" -> {told.status} {told.reason[:200]}"
        if kept is not None:
            assert kept == {name: self.world.s3.buckets.get(name) for name in kept}, self.told
            self._retain(kept, str(wish["Prefix"]))
        self._assert_retained()
        self.world.stacks.end(content, success=told.status is Status.SUCCESS, physical_id=told.physical_id)
        if not quiet and self.random.random() < 0.2:
            serve(DELIVERIES)  # much too late
        if kind != "Update" or told.status is Status.SUCCESS:
            self.given = told.physical_id
        return told

    def _server(self, content: Any, denials: list[Denial], *, quiet: bool) -> Callable[[int], Told | None]:
        def serve(run: int) -> Told | None:
            self.world.revive()
            for region, operation in denials:
                self.world.deny_by_scp(region, operation)
            if not quiet and run < DELIVERIES and self.random.random() < 0.35:
                self.world.kill_after = self.random.randint(1, LAST_CALL)
            try:
                return served(read_request(content, self.world.home_region), provider_context(self.world))
            except Killed:
                self.told[-1] += f" killed after {self.world.kill_after}"
                return None
            finally:
                self.world.revive()
                self._give_up_what_is_finished(content)

        return serve

    def _retain(self, kept: Mapping[str, FakeBucket], prefix: str) -> None:
        """The stores of this prefix have an artifact from now on."""
        ours = {name: bucket for name, bucket in kept.items() if bucket.tags.get(OWNER_TAG) == OWNER}
        stores = {name: bucket for name, bucket in ours.items() if name == bucket_name(bucket.region, prefix)}
        for bucket in stores.values():
            bucket.versions = [{"Key": "artifact.zip", "VersionId": "v"}]
        self.retained |= stores

    def _give_up_what_is_finished(self, content: Any) -> None:
        """A Create or an Update that finished may have stores emptied, also if its answer was lost."""
        wish = content["ResourceProperties"]
        record = json.loads(self.world.records.get(f"/crosscheck/_records/shop/Stores/{wish['Prefix']}", "{}"))
        if content["RequestType"] != "Delete" and record.get("finished"):
            for region in {*wish["Regions"]} - {*record.get("taken", ())}:
                self.retained.pop(bucket_name(region, wish["Prefix"]), None)

    def _assert_retained(self) -> None:
        for name, bucket in self.retained.items():
            assert self.world.s3.buckets.get(name) is bucket, (name, self.told)
            assert bucket.versions, (name, self.told)

    def _kept(self, kind: str, wish: Wish) -> Mapping[str, FakeBucket] | None:
        """The buckets that this Delete has to keep, because they were made to be retained."""
        if kind != "Delete" or wish.get("OnDelete") == "Empty":
            return None
        return {name: bucket for name, bucket in self.world.s3.buckets.items() if name.startswith(str(wish["Prefix"]))}

    # What happens by chance
    def _wish(self) -> Wish:
        regions = self.random.sample(REGIONS, self.random.randint(1, len(REGIONS)))
        if self.random.random() < 0.1:
            regions.append(TAKEN)
        changes: dict[str, object] = {"OnDelete": self.always or self.random.choice(["Retain", "Empty"])}
        changes["Prefix"] = self.random.choice([PREFIX, PREFIX, PREFIX, PREFIXES[1]])
        changes["ExpireArtifactsAfterDays"] = self.random.choice(["0", "5"])
        return properties(*regions, **changes)

    def _denials(self) -> list[Denial]:
        count = self.random.choice([0, 0, 1, 2])
        return [(self.random.choice(REGIONS), self.random.choice(REFUSABLE)) for _ in range(count)]

    def _stranger(self) -> None:
        """Somebody makes a bucket without tags, whose name would be ours, where we are not about to make it."""
        prefix, region = self.random.choice(PREFIXES), self.random.choice(REGIONS)
        records = [json.loads(value) for value in self.world.records.values()]
        ours = {name for record in records for name in (*record.get("regions", ()), *record.get("making", ()))}
        retained = {key.region for key in live_keys(self.world) if key.tags.get(PREFIX_TAG) == prefix}
        if region not in ours | retained and bucket_name(region, prefix) not in self.world.s3.buckets:
            self._strangers_bucket(region, prefix)
            self.told.append(f"somebody makes {bucket_name(region, prefix)}")
            self.theirs |= {bucket_name(region, prefix): repr(self.world.s3.buckets[bucket_name(region, prefix)])}

    def _strangers_bucket(self, region: str, prefix: str) -> None:
        bucket = FakeBucket(bucket_name(region, prefix), region, ACCOUNT, versions=[{"Key": "k", "VersionId": "v"}])
        self.world.s3.buckets[bucket.name] = bucket

    def _everything(self) -> dict[str, str]:
        """Everything of the account, by its name."""
        world = self.world
        found: dict[str, object] = dict(world.s3.buckets)
        found |= {key.arn: key for key in live_keys(world)}
        found |= {f"{region} {alias}": arn for (region, alias), arn in world.kms.aliases.items()}
        found |= {name: parameter for (_, name), parameter in world.ssm.parameters.items()}
        return {name: repr(thing) for name, thing in found.items()}
