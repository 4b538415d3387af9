"""A fake of the emulator's ECR, with its gaps: no replication, and unknown images are left out without a word."""

import hashlib

from tests.unit.local.emulated import EmulatedService, Json, RefusedError


class Emulated(EmulatedService):
    """Images by (region, repository)."""

    def __init__(self) -> None:
        super().__init__()
        self.images: dict[tuple[str, str], list[Json]] = {}
        self.immutable: set[tuple[str, str]] = set()

    def CreateRepository(self, region: str, given: Json) -> Json:  # noqa: N802 - named as the operation
        key = region, given["repositoryName"]
        if key in self.images:
            raise RefusedError("RepositoryAlreadyExistsException")
        self.images[key] = []
        if given.get("imageTagMutability") == "IMMUTABLE":
            self.immutable.add(key)
        return {"repository": {"repositoryName": key[1]}}

    def DescribeRepositories(self, region: str, _given: Json) -> Json:  # noqa: N802
        return {"repositories": [{"repositoryName": name} for place, name in self.images if place == region]}

    def BatchGetImage(self, region: str, given: Json) -> Json:  # noqa: N802
        found = [image for image in self._found(self._of(region, given), given["imageIds"]) if image]
        return {"images": [{"imageManifest": image["manifest"]} for image in found]}

    def DescribeRegistry(self, _region: str, _given: Json) -> Json:  # noqa: N802
        return {"registryId": "111122223333", "replicationConfiguration": {"rules": []}}

    def PutImage(self, region: str, given: Json) -> Json:  # noqa: N802
        images, tag = self._of(region, given), given.get("imageTag")
        digest = f"sha256:{hashlib.sha256(given['imageManifest'].encode()).hexdigest()}"
        holders = [image for image in images if tag in image["imageTags"]]
        if holders and (region, given["repositoryName"]) in self.immutable:
            raise RefusedError("ImageTagAlreadyExistsException")
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
            raise RefusedError("RepositoryNotFoundException")
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
