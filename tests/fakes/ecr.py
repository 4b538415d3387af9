"""A fake of one ECR registry: images by tag and by digest, replication rules, and the state of each replication."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.fakes.json_protocol import JsonService, RefusedError

ACCOUNT = "111122223333"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
PUSHED = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


class FakeEcr(JsonService):
    """One account's registry in one region. It replicates nothing by itself: a test says what arrived, and when."""

    service = "ecr"

    def __init__(self) -> None:
        super().__init__()
        self.manifests: dict[str, dict[str, tuple[str, str]]] = {}
        self.tags: dict[tuple[str, str], str] = {}
        self.pushed: dict[str, datetime] = {}
        self.archived: set[str] = set()
        self.rules: list[Mapping[str, Any]] = []
        self.statuses: dict[str, list[Mapping[str, str]]] = {}
        self.mutability = "MUTABLE"
        self.exceptions: list[str] = []
        self.backfills: list[Mapping[str, Any]] = []

    def push(self, repository: str, tag: str, *, platforms: int = 0, salt: str = "") -> str:
        """Push an image, or an index over as many platforms; its digest."""
        children = [self._store(repository, OCI_MANIFEST, {"config": f"{tag}{salt}{n}"}) for n in range(platforms)]
        document: Mapping[str, Any] = {"manifests": [{"digest": digest} for digest in children]}
        if platforms:
            digest = self._store(repository, OCI_INDEX, document)
        else:
            digest = self._store(repository, OCI_MANIFEST, {"config": f"{tag}{salt}"})
        self.tags[repository, tag] = digest
        return digest

    def nest(self, repository: str, tag: str, *digests: str) -> str:
        """Push an index over manifests that are there already; its digest."""
        digest = self._store(repository, OCI_INDEX, {"manifests": [{"digest": digest} for digest in digests]})
        self.tags[repository, tag] = digest
        return digest

    def copy(self, source: FakeEcr, repository: str, *digests: str) -> None:
        """Manifests of another registry arrive, without tags; every one of the repository's where none is named."""
        for digest in digests or source.manifests[repository]:
            self.manifests.setdefault(repository, {})[digest] = source.manifests[repository][digest]

    def replicate(self, *regions: str, prefixes: tuple[str, ...] = (), account: str = ACCOUNT) -> None:
        """Add a replication rule."""
        filters = [{"filter": prefix, "filterType": "PREFIX_MATCH"} for prefix in prefixes]
        destinations = [{"region": region, "registryId": account} for region in regions]
        self.rules.append({"destinations": destinations, **({"repositoryFilters": filters} if filters else {})})

    def report(self, digest: str, region: str, status: str, failure: str = "", account: str = ACCOUNT) -> None:
        """Let a manifest's replication to a region have this state."""
        state = {"region": region, "registryId": account, "status": status}
        self.statuses.setdefault(digest, []).append(state | ({"failureCode": failure} if failure else {}))

    def backfill(self, region: str, status: str, account: str = ACCOUNT) -> None:
        """Let a backfill to a region be in this state."""
        found = {"replicationBackfillId": str(UUID(int=len(self.backfills))), "status": status, "startedAt": PUSHED}
        self.backfills.append({**found, "destination": {"region": region, "registryId": account}})

    def batch_get_image(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        repository = self._repository(body)
        images, failures = [], []
        for wanted in body["imageIds"]:
            digest = self._digest(repository, wanted)
            kind, manifest = self.manifests[repository].get(digest, ("", ""))
            if kind in body.get("acceptedMediaTypes", []):
                images.append(
                    {
                        "registryId": ACCOUNT,
                        "repositoryName": repository,
                        "imageId": {**wanted, "imageDigest": digest},
                        "imageManifest": manifest,
                        "imageManifestMediaType": kind,
                    }
                )
            else:
                failures.append({"imageId": wanted, "failureCode": "ImageNotFound"})
        return {"images": images, "failures": failures}

    def describe_images(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """One image that is absent makes ECR refuse them all; without ``imageIds`` it lists all that there are."""
        repository = self._repository(body)
        if "imageIds" not in body:
            return self._listed(repository, body)
        digests = [self._digest(repository, wanted) for wanted in body["imageIds"]]
        if not self.manifests[repository].keys() >= set(digests):
            raise RefusedError("ImageNotFoundException")
        return {"imageDetails": [self._detail(repository, digest) for digest in dict.fromkeys(digests)]}

    def _listed(self, repository: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        found, size = list(self.manifests[repository]), body.get("maxResults", 100)
        if not 1 <= size <= 1_000:
            raise RefusedError("InvalidParameterException", "maxResults must be between 1 and 1000.")
        start = int(body.get("nextToken", "0"))
        more = {"nextToken": str(start + size)} if start + size < len(found) else {}
        return {"imageDetails": [self._detail(repository, each) for each in found[start : start + size]], **more}

    def describe_image_replication_status(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        repository = self._repository(body)
        digest = self._digest(repository, body["imageId"])
        if digest not in self.manifests[repository]:
            raise RefusedError("ImageNotFoundException")
        found = {"repositoryName": repository, "imageId": {"imageDigest": digest}}
        return {**found, "replicationStatuses": self.statuses.get(digest, [])}

    def describe_repositories(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        (name,) = body["repositoryNames"]
        self._repository({**body, "repositoryName": name})
        filters = [{"filterType": "WILDCARD", "filter": wildcard} for wildcard in self.exceptions]
        excepted = {"imageTagMutabilityExclusionFilters": filters} if filters else {}
        return {"repositories": [{"repositoryName": name, "imageTagMutability": self.mutability, **excepted}]}

    def list_replication_backfills(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """One on a page, which is fewer than ECR gives."""
        start = int(body.get("nextToken", "0"))
        token = {"nextToken": str(start + 1)} if len(self.backfills) > start + 1 else {}
        return {"registryId": ACCOUNT, "backfills": self.backfills[start : start + 1], **token}

    def describe_registry(self, _body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"registryId": ACCOUNT, "replicationConfiguration": {"rules": self.rules}}

    def _repository(self, body: Mapping[str, Any]) -> str:
        if body.get("registryId", ACCOUNT) != ACCOUNT:
            raise RefusedError("AccessDeniedException")
        repository: str = body["repositoryName"]
        if repository not in self.manifests:
            raise RefusedError("RepositoryNotFoundException")
        return repository

    def _digest(self, repository: str, wanted: Mapping[str, str]) -> str:
        return wanted.get("imageDigest") or self.tags.get((repository, wanted.get("imageTag", "")), "")

    def _detail(self, repository: str, digest: str) -> Mapping[str, Any]:
        tags = [tag for (name, tag), tagged in self.tags.items() if (name, tagged) == (repository, digest)]
        return {
            "registryId": ACCOUNT,
            "repositoryName": repository,
            "imageDigest": digest,
            "imagePushedAt": self.pushed.get(digest, PUSHED),
            "imageManifestMediaType": self.manifests[repository][digest][0],
            "imageStatus": "ARCHIVED" if digest in self.archived else "ACTIVE",
            **({"imageTags": tags} if tags else {}),
        }

    def _store(self, repository: str, kind: str, document: Mapping[str, Any]) -> str:
        manifest = json.dumps(document)
        digest = f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
        self.manifests.setdefault(repository, {})[digest] = (kind, manifest)
        return digest
