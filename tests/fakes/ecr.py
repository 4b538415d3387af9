"""A fake of one ECR registry: images by tag and by digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.json_protocol import JsonService, RefusedError

ACCOUNT = "111122223333"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class FakeEcr(JsonService):
    """One account's registry in one region."""

    service = "ecr"

    def __init__(self) -> None:
        super().__init__()
        self.manifests: dict[str, dict[str, tuple[str, str]]] = {}
        self.tags: dict[tuple[str, str], str] = {}

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

    def batch_get_image(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if body.get("registryId", ACCOUNT) != ACCOUNT:
            raise RefusedError("AccessDeniedException")
        repository = body["repositoryName"]
        if repository not in self.manifests:
            raise RefusedError("RepositoryNotFoundException")
        images, failures = [], []
        for wanted in body["imageIds"]:
            digest = wanted.get("imageDigest") or self.tags.get((repository, wanted.get("imageTag", "")), "")
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

    def _store(self, repository: str, kind: str, document: Mapping[str, Any]) -> str:
        manifest = json.dumps(document)
        digest = f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
        self.manifests.setdefault(repository, {})[digest] = (kind, manifest)
        return digest
