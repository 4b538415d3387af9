"""A fake of the emulator's ECR, with its gaps: no replication, and unknown images are left out without a word."""

import hashlib
import re
from typing import Any

from flask import Flask, Response, jsonify, request

Json = dict[str, Any]


class _RefusedError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.answer = {"__type": code, "message": f"refused: {code}"}


class Emulated:
    """Images by (region, repository); ``denied`` operations are refused as IAM refuses them."""

    def __init__(self) -> None:
        self.images: dict[tuple[str, str], list[Json]] = {}
        self.immutable: set[tuple[str, str]] = set()
        self.denied: set[tuple[str, str]] = set()
        self.forwarded: list[tuple[str, str]] = []
        self.app = Flask("emulated")
        self.app.add_url_rule("/", view_func=self._serve, methods=["POST"])

    def _serve(self) -> Response:
        operation = request.headers["X-Amz-Target"].rsplit(".", 1)[1]
        found = re.search(r"/\d{8}/([^/]+)/", request.headers["Authorization"])
        region = found[1] if found else ""
        self.forwarded.append((region, operation))
        try:
            answer = jsonify(self._handler(region, operation)(region, request.get_json(force=True)))
        except _RefusedError as error:
            answer = jsonify(error.answer)
            answer.status_code = 400
        answer.content_type = "application/x-amz-json-1.1"
        return answer

    def _handler(self, region: str, operation: str) -> Any:
        if (region, operation) in self.denied:
            raise _RefusedError("AccessDeniedException")
        return getattr(self, operation, self._unknown)

    def _unknown(self, _region: str, _given: Json) -> Json:
        raise _RefusedError("InvalidAction")

    def CreateRepository(self, region: str, given: Json) -> Json:  # noqa: N802 - named as the operation
        key = region, given["repositoryName"]
        if key in self.images:
            raise _RefusedError("RepositoryAlreadyExistsException")
        self.images[key] = []
        if given.get("imageTagMutability") == "IMMUTABLE":
            self.immutable.add(key)
        return {"repository": {"repositoryName": key[1]}}

    def DescribeRegistry(self, _region: str, _given: Json) -> Json:  # noqa: N802
        return {"registryId": "111122223333", "replicationConfiguration": {"rules": []}}

    def PutImage(self, region: str, given: Json) -> Json:  # noqa: N802
        images, tag = self._of(region, given), given.get("imageTag")
        digest = f"sha256:{hashlib.sha256(given['imageManifest'].encode()).hexdigest()}"
        holders = [image for image in images if tag in image["imageTags"]]
        if holders and (region, given["repositoryName"]) in self.immutable:
            raise _RefusedError("ImageTagAlreadyExistsException")
        for holder in holders:
            holder["imageTags"].remove(tag)
        found = [image for image in images if image["imageDigest"] == digest]
        image = found[0] if found else {"imageDigest": digest, "imageTags": [], "manifest": given["imageManifest"]}
        image["imageTags"] += [tag] if tag else []
        images += [] if found else [image]
        return {"image": {"imageId": {"imageDigest": digest}, "imageManifest": given["imageManifest"]}}

    def DescribeImages(self, region: str, given: Json) -> Json:  # noqa: N802
        images = self._of(region, given)
        wanted = given.get("imageIds")
        return {"imageDetails": images if wanted is None else [found for found in self._found(images, wanted) if found]}

    def BatchDeleteImage(self, region: str, given: Json) -> Json:  # noqa: N802
        images = self._of(region, given)
        deleted = [image for image in self._found(images, given["imageIds"]) if image]
        for image in deleted:
            images.remove(image)
        ids = [{"imageDigest": image["imageDigest"]} for image in deleted]
        missing = [{"failureCode": "ImageNotFound"}] * (len(given["imageIds"]) - len(deleted))
        return {"imageIds": ids, "failures": missing}

    def ListImages(self, region: str, given: Json) -> Json:  # noqa: N802
        return {"imageIds": [{"imageDigest": image["imageDigest"]} for image in self._of(region, given)]}

    def _of(self, region: str, given: Json) -> list[Json]:
        if (region, given["repositoryName"]) not in self.images:
            raise _RefusedError("RepositoryNotFoundException")
        return self.images[region, given["repositoryName"]]

    @staticmethod
    def _found(images: list[Json], wanted: list[Json]) -> list[Json | None]:
        """By digest or by tag, whichever fits: the emulator does not insist on both."""
        return [
            next(
                (
                    image
                    for image in images
                    if image["imageDigest"] == image_id.get("imageDigest")
                    or image_id.get("imageTag") in image["imageTags"]
                ),
                None,
            )
            for image_id in wanted
        ]
