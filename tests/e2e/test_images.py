"""A pushed image is proven in every region that it has to reach."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.e2e.outside import wait_until, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.cards import Card
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

HOME, EU, AP = "us-east-1", "eu-west-1", "ap-southeast-1"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.fixture
def rules(outside: Outside) -> Iterator[Callable[..., None]]:
    """Sets the registry's rules beside the stack's own, and takes them away again."""
    client = outside.client("ecr")
    before = client.describe_registry()
    registry, others = before["registryId"], before["replicationConfiguration"]["rules"]

    def replace(*prefixes_and_regions: tuple[str, list[str]]) -> None:
        mine = [rule for wanted in prefixes_and_regions for rule in _rules(registry, wanted)]
        client.put_replication_configuration(replicationConfiguration={"rules": [*others, *mine]})

    yield replace
    client.put_replication_configuration(replicationConfiguration={"rules": others})


def _manifest(content: str) -> str:
    def blob(kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(f"{kind} of {content}".encode()).hexdigest()
        return {"mediaType": "application/octet-stream", "size": 1, "digest": f"sha256:{digest}"}

    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": blob("config"), "layers": [blob("layer")]})


def _push(outside: Outside, repository: str, tag: str = "", manifest: str = "", kind: str = MANIFEST) -> str:
    client = outside.client("ecr")
    if repository not in [known["repositoryName"] for known in client.describe_repositories()["repositories"]]:
        client.create_repository(repositoryName=repository)
    named = {"imageTag": tag} if tag else {}
    body = manifest or _manifest(f"{repository}:{tag}")
    pushed = client.put_image(repositoryName=repository, imageManifest=body, imageManifestMediaType=kind, **named)
    return str(pushed["image"]["imageId"]["imageDigest"])


def _cards(outside: Outside, digest: str) -> list[Card]:
    channels: dict[str, list[Card]] = requests.get(f"{outside.description['slack']}/messages", timeout=60).json()
    return [
        card
        for cards in channels.values()
        for card in cards
        if (card.get("metadata") or {}).get("event_type") == "crosscheck_image"  # replies have none
        and card["metadata"]["event_payload"]["digest"] == digest
    ]


def _card(outside: Outside, digest: str, state: str, *texts: str) -> Card:
    """The image's card, once it says so and all of the texts: one failed region is enough for ``failed``."""

    def fits(card: Card) -> bool:
        said = words(card)
        return card["metadata"]["event_payload"]["state"] == state and all(text in said for text in texts)

    def found() -> list[Card]:
        return [card for card in _cards(outside, digest) if fits(card)]

    (card,) = wait_until(found, f"an image card that says {state} and {texts}")
    return card


def test_an_image_is_proven_by_digest_in_every_destination(outside: Outside, rules: Callable[..., None]) -> None:
    rules(("shop", [EU, AP]))
    digest = _push(outside, "shop", "v1")
    card = _card(outside, digest, "passed")
    assert card["metadata"]["event_payload"]["regions"] == {AP: "passed", EU: "passed"}
    assert card["metadata"]["event_payload"]["repository"] == "shop"
    assert "shop:v1" in card["text"]
    for region in (EU, AP):
        found = outside.client("ecr", region).describe_images(repositoryName="shop", imageIds=[{"imageDigest": digest}])
        assert found["imageDetails"][0]["imageTags"] == ["v1"]
    assert len(_cards(outside, digest)) == 1


def test_f18_an_index_is_proven_with_its_children(outside: Outside, rules: Callable[..., None]) -> None:
    rules(("multi", [EU]))
    outside.post("/replication", {"region": EU, "outcome": "partial"}).raise_for_status()
    outside.post("/clock", {"speed": 1200}).raise_for_status()
    child = _manifest("arm64 of multi")
    digest = _push(outside, "multi", manifest=child)
    entry = {"mediaType": MANIFEST, "size": len(child), "digest": digest}
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]})
    pushed = _push(outside, "multi", "v1", index, INDEX)
    card = _card(outside, pushed, "failed")
    assert digest[: len("sha256:") + 12] in words(card)


def test_a_failed_replication_names_the_region_and_the_reason(outside: Outside, rules: Callable[..., None]) -> None:
    rules(("flaky", [EU, AP]))
    outside.post("/replication", {"region": AP, "outcome": "fail"}).raise_for_status()
    digest = _push(outside, "flaky", "v1")
    card = _card(outside, digest, "failed", f":x: *{AP}* failed · ", f"*{EU}* passed")
    assert card["metadata"]["event_payload"]["regions"] == {AP: "failed", EU: "passed"}


def test_an_immutable_tag_that_stays_behind_fails_with_both_digests(
    outside: Outside, rules: Callable[..., None]
) -> None:
    """The digest arrives without the tag, which whoever pulls by it would take for the new image."""
    outside.client("ecr", EU).create_repository(repositoryName="kept", imageTagMutability="IMMUTABLE")
    older = outside.client("ecr", EU).put_image(
        repositoryName="kept", imageTag="latest", imageManifest=_manifest("older"), imageManifestMediaType=MANIFEST
    )["image"]["imageId"]["imageDigest"]
    rules(("kept", [EU, AP]))
    digest = _push(outside, "kept", "latest")
    shown, stays = digest[: len("sha256:") + 12], older[: len("sha256:") + 12]
    lack = f"kept@{shown} is in {EU}, but latest is {stays} there: tags of kept are immutable there"
    card = _card(outside, digest, "failed", lack, f"*{AP}* passed")
    assert card["metadata"]["event_payload"]["regions"] == {AP: "passed", EU: "failed"}


def test_what_never_arrives_ends_in_a_verdict_at_the_deadline(outside: Outside, rules: Callable[..., None]) -> None:
    rules(("lost", [EU]))
    outside.post("/replication", {"region": EU, "outcome": "hang"}).raise_for_status()
    outside.post("/clock", {"speed": 1200}).raise_for_status()
    card = _card(outside, _push(outside, "lost", "v1"), "failed")
    assert "not done within 30 minutes" in words(card)


@pytest.mark.parametrize(
    ("repository", "rule", "said"),
    [
        ("my-service-unruled", None, "rule"),
        ("my-service-prefix", ("another-prefix", [EU, AP]), "prefix"),
        ("my-service-half", ("my-service-half", [EU]), AP),
    ],
)
def test_f18_an_empty_status_list_is_explained(
    outside: Outside, repository: str, rule: tuple[str, list[str]] | None, said: str
) -> None:
    """The stack promises ``my-service…`` in its regions, but somebody replaced its rule."""
    client = outside.client("ecr")
    registry = client.describe_registry()
    before = registry["replicationConfiguration"]
    client.put_replication_configuration(replicationConfiguration={"rules": _rules(registry["registryId"], rule)})
    try:
        card = _card(outside, _push(outside, repository, "v1"), "failed", f":x: *{AP}* failed")
    finally:
        client.put_replication_configuration(replicationConfiguration=before)
    (line,) = [line for line in words(card).splitlines() if f":x: *{AP}* failed" in line]
    assert said in line.split("·", 1)[1]


def _rules(registry: str, rule: tuple[str, list[str]] | None) -> list[dict[str, Any]]:
    if rule is None:
        return []
    prefix, regions = rule
    filters = [{"filter": prefix, "filterType": "PREFIX_MATCH"}]
    return [
        {
            "destinations": [{"region": region, "registryId": registry} for region in regions],
            "repositoryFilters": filters,
        }
    ]


def test_an_image_that_nobody_replicates_has_no_card(outside: Outside, rules: Callable[..., None]) -> None:
    rules(("elsewhere", [EU]))
    alone = _push(outside, "alone", "v1")
    digest = _push(outside, "elsewhere-too", "v1")
    _card(outside, digest, "passed")
    assert _cards(outside, alone) == []
