import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from crosscheck.clients import Clients
from local.clients import ACCOUNT_ID, Aws
from local.clock import Clock
from local.ecr import EcrLayer
from local.emulator import Emulator
from local.emulator.service_events import service_event_putter
from local.events import EventEmitter
from local.server import Server
from provision_regions.context import ProviderContext, partition_named
from provision_regions.custom_resource.request import read_request
from provision_regions.replication import resource
from provision_regions.replication.registry import QuotaError
from provision_regions.replication.resource import provision_replication, remove_replication
from tests.e2e.local.functions import eventually
from tests.fakes.regions.ecr_world import properties, rule
from tests.fakes.regions.requests import event, without_waiting

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform == "win32", reason="the emulator needs POSIX")]

HOME, EU, ASIA = "us-east-1", "eu-west-1", "ap-southeast-1"
REPOSITORY = "my-service"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


class Account:
    """An ECR layer in front of a real emulator, a thousand times as fast as AWS, and a queue for EU's events."""

    def __init__(self, emulator: Emulator) -> None:
        self.clock = Clock(1000.0)
        direct = Aws(emulator.url)
        emitter = EventEmitter(service_event_putter(direct, emulator.service_token))
        self.layer = EcrLayer(direct, self.clock, emitter, ACCOUNT_ID)
        self.server = Server(self.layer.app, "ecr")
        self.aws = Aws(emulator.url, {"ecr": self.server.url})
        self.queues = {region: self._listen(region) for region in (HOME, EU)}

    def ecr(self, region: str = HOME) -> Any:
        return self.aws.client("ecr", region)

    def push(self, tag: str | None, kind: str = MANIFEST, **content: Any) -> str:
        """Push a manifest; its digest."""
        manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, **content})
        tagged = {"imageTag": tag} if tag else {}
        image = self.ecr().put_image(
            repositoryName=REPOSITORY, imageManifest=manifest, imageManifestMediaType=kind, **tagged
        )
        return str(image["image"]["imageId"]["imageDigest"])

    def statuses(self, digest: str) -> dict[str, str]:
        answer = self.ecr().describe_image_replication_status(
            repositoryName=REPOSITORY, imageId={"imageDigest": digest}
        )
        return {entry["region"]: entry["status"] for entry in answer["replicationStatuses"]}

    def settled(self, digest: str) -> dict[str, str]:
        """The statuses once no replication is in progress."""

        def look() -> dict[str, str]:
            found = self.statuses(digest)
            return {} if "IN_PROGRESS" in found.values() else found

        return eventually(look)

    def events(self, region: str, kind: str, digest: str) -> list[dict[str, Any]]:
        """The events of a kind about an image, as EventBridge delivers them."""
        sqs = self.aws.client("sqs", region)
        found: list[dict[str, Any]] = []

        def look() -> list[dict[str, Any]]:
            messages = sqs.receive_message(QueueUrl=self.queues[region], MaxNumberOfMessages=10).get("Messages", [])
            for message in messages:  # or they come again
                sqs.delete_message(QueueUrl=self.queues[region], ReceiptHandle=message["ReceiptHandle"])
            events = [json.loads(message["Body"]) for message in messages]
            found.extend(e for e in events if (e["detail-type"], e["detail"]["image-digest"]) == (kind, digest))
            return found

        return eventually(look)

    def _listen(self, region: str) -> str:
        sqs, events = self.aws.client("sqs", region), self.aws.client("events", region)
        url = str(sqs.create_queue(QueueName="ecr-events")["QueueUrl"])
        arn = f"arn:aws:sqs:{region}:{ACCOUNT_ID}:ecr-events"
        events.put_rule(Name="ecr", EventPattern=json.dumps({"source": ["aws.ecr"]}))
        events.put_targets(Rule="ecr", Targets=[{"Id": "queue", "Arn": arn}])
        return url


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Emulator.start(tmp_path_factory.mktemp("ecr"), {}) as emulator:
        account = Account(emulator)
        account.ecr().create_repository(repositoryName=REPOSITORY)
        destinations = [{"region": region, "registryId": ACCOUNT_ID} for region in (EU, ASIA)]
        filters = [{"filter": REPOSITORY, "filterType": "PREFIX_MATCH"}]
        rules = [{"destinations": destinations, "repositoryFilters": filters}]
        account.ecr().put_replication_configuration(replicationConfiguration={"rules": rules})
        yield account
        account.clock.stop()
        account.server.close()


@pytest.fixture(autouse=True)
def _no_replication_faults(account: Account) -> Iterator[None]:
    yield
    account.layer.clear_faults()


def test_an_index_and_its_children_are_in_every_region(account: Account) -> None:
    children = [account.push(None, config=platform) for platform in ("amd64", "arm64")]
    index = account.push("index", INDEX, manifests=[{"digest": digest} for digest in children])

    for digest in (*children, index):
        assert account.settled(digest) == {EU: "COMPLETE", ASIA: "COMPLETE"}
    for region in (EU, ASIA):
        wanted = [{"imageDigest": digest} for digest in (*children, index)]
        found = account.ecr(region).describe_images(repositoryName=REPOSITORY, imageIds=wanted)["imageDetails"]
        assert {detail["imageDigest"]: detail.get("imageTags", []) for detail in found} == {
            **{child: [] for child in children},
            index: ["index"],
        }
        (image,) = account.ecr(region).batch_get_image(
            repositoryName=REPOSITORY, imageIds=[{"imageTag": "index"}], acceptedMediaTypes=[INDEX]
        )["images"]
        assert [entry["digest"] for entry in json.loads(image["imageManifest"])["manifests"]] == children


def test_both_events_arrive_where_ecr_sends_them(account: Account) -> None:
    digest = account.push("events", config="events")

    (pushed,) = account.events(HOME, "ECR Image Action", digest)
    assert (pushed["region"], pushed["resources"], pushed["detail"]["action-type"]) == (HOME, [], "PUSH")
    (replicated,) = account.events(EU, "ECR Replication Action", digest)
    assert replicated["region"] == EU
    assert replicated["resources"] == [f"arn:aws:ecr:{EU}:{ACCOUNT_ID}:repository/{REPOSITORY}"]
    assert (replicated["detail"]["source-region"], replicated["detail"]["result"]) == (HOME, "SUCCESS")


def test_f18_one_region_fails_and_the_other_has_the_image(account: Account) -> None:
    account.layer.set_replication(ASIA, 1, "fail")
    digest = account.push("half", config="half")

    assert account.settled(digest) == {EU: "COMPLETE", ASIA: "FAILED"}
    with pytest.raises(account.ecr(ASIA).exceptions.ClientError, match=r"ImageNotFound|RepositoryNotFound"):
        account.ecr(ASIA).describe_images(repositoryName=REPOSITORY, imageIds=[{"imageDigest": digest}])


def test_f18_an_unknown_tag_is_refused_as_ecr_does(account: Account) -> None:
    with pytest.raises(account.ecr().exceptions.ImageNotFoundException):
        account.ecr().describe_images(repositoryName=REPOSITORY, imageIds=[{"imageTag": "never"}])


def test_a_deletion_is_announced(account: Account) -> None:
    digest = account.push("gone", config="gone")
    account.events(HOME, "ECR Image Action", digest)
    account.ecr().batch_delete_image(repositoryName=REPOSITORY, imageIds=[{"imageTag": "gone"}])

    (deleted,) = account.events(HOME, "ECR Image Action", digest)
    assert (deleted["detail"]["action-type"], deleted["detail"]["image-tag"]) == ("DELETE", "gone")


def test_our_replication_rules_come_and_go_beside_other_peoples(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Custom::ReplicationRules with genuine clients: the fake of its unit tests against this layer."""
    monkeypatch.setattr(resource, "SETTLE_SECONDS", 0.0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", account.aws.endpoint)
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", account.server.url)
    session = boto3.Session(ACCOUNT_ID, "local", region_name=HOME)
    context = ProviderContext(
        Clients(session), partition_named("aws"), ACCOUNT_ID, HOME, "pipeline-artifacts", without_waiting()
    )
    theirs = account.ecr().describe_registry()["replicationConfiguration"]["rules"]

    def serve(kind: str, **wanted: Any) -> list[Any]:
        serving = remove_replication if kind == "Delete" else provision_replication
        serving(read_request(event(kind, properties(EU, **wanted)), HOME), context)
        return list(account.ecr().describe_registry()["replicationConfiguration"]["rules"])

    assert serve("Create", prefixes=("api",)) == [*theirs, rule(EU, prefixes=("api",))]
    assert serve("Update", prefixes=("api", "web")) == [*theirs, rule(EU, prefixes=("api", "web"))]
    with pytest.raises(QuotaError, match="12 rules of ours and 1 of others; the quota is 10"):
        serve("Update", prefixes=tuple(f"team-{number:04}" for number in range(1200)))
    assert serve("Delete") == theirs
