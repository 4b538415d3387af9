"""The operations that this layer changes. Each is sent to the emulator as well: its refusals stand."""

import threading
from collections.abc import Callable
from functools import partial

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Request
from local.ecr.announcements import Announcer
from local.ecr.backfills import Backfill, Backfills
from local.ecr.images import Image, Images, children_of, digest_of, fits
from local.ecr.replications import Replications, shown
from local.ecr.rules import Configuration, Destination, check, destinations_in, destinations_of

Check = Callable[[Request], None]
Operation = Callable[[Request, Json], Json]


class Operations:
    """``before`` refuses what the emulator would take; ``after`` gets its answer and gives the caller's."""

    def __init__(self, images: Images, replications: Replications, announcer: Announcer, account_id: str) -> None:
        self._images = images
        self._replications = replications
        self._announcer = announcer
        self._account_id = account_id
        self._lock = threading.Lock()
        self._configurations: dict[str, Configuration] = {}
        self._backfills = Backfills()
        self.before: dict[str, Check] = {
            "PutReplicationConfiguration": self.check_replication_configuration,
            "PutImage": self.check_put_image,
        }
        self.after: dict[str, Operation] = {
            "PutReplicationConfiguration": self.put_replication_configuration,
            "DescribeRegistry": self.describe_registry,
            "DescribeImageReplicationStatus": self.describe_image_replication_status,
            "DescribeImages": self.describe_images,
            "PutImage": self.put_image,
            "BatchDeleteImage": self.batch_delete_image,
            "StartReplicationBackfill": self.start_replication_backfill,
            "ListReplicationBackfills": self.list_replication_backfills,
        }

    def check_replication_configuration(self, call: Request) -> None:
        """Refuse rules that ECR refuses."""
        check(call.parameters["replicationConfiguration"], Destination(call.region, self._account_id))

    def put_replication_configuration(self, call: Request, _: Json) -> Json:
        """Replace the region's whole configuration."""
        configuration = call.parameters["replicationConfiguration"]
        with self._lock:
            self._configurations[call.region] = configuration
        return {"replicationConfiguration": configuration}

    def describe_registry(self, call: Request, _: Json) -> Json:
        """The region's configuration."""
        return {"registryId": self._account_id, "replicationConfiguration": self._configuration(call.region)}

    def describe_image_replication_status(self, call: Request, _: Json) -> Json:
        """How far an image of this region is on its way; asked by tag, the answer names the digest, too."""
        repository, image_id = call.parameters["repositoryName"], call.parameters["imageId"]
        if not image_id:
            raise ApiError("InvalidParameterException", "Invalid parameter at 'imageId': digest and tag are missing")
        found = self._images.find(call.region, repository, image_id)
        if found is None:
            raise self._image_not_found(repository, image_id)
        digest = found["imageDigest"]
        return shown(
            self._replications.statuses(call.region, repository, digest),
            repository,
            {
                **image_id,
                "imageDigest": digest,
            },
        )

    def describe_images(self, call: Request, answer: Json) -> Json:
        """The emulator leaves out what it does not have; ECR refuses."""
        for image_id in call.parameters.get("imageIds", []):
            if not any(fits(detail, image_id) for detail in answer["imageDetails"]):
                raise self._image_not_found(call.parameters["repositoryName"], image_id)
        return answer

    def check_put_image(self, call: Request) -> None:
        """Refuse a wrong digest, an index without its children, and a push that changes nothing."""
        repository, image = call.parameters["repositoryName"], _pushed(call)
        if call.parameters.get("imageDigest", image.digest) != image.digest:
            raise ApiError("ImageDigestDoesNotMatchException", "The image digest does not match the manifest.")
        for child in children_of(image.manifest):
            if self._images.find(call.region, repository, {"imageDigest": child}) is None:
                raise ApiError("ReferencedImagesNotFoundException", f"Referenced image {child} does not exist.")
        pushed = {"imageDigest": image.digest} | ({"imageTag": image.tag} if image.tag else {})
        if self._images.find(call.region, repository, pushed):
            text = f"Image with digest '{image.digest}' and tag '{image.tag}' already exists in '{repository}'."
            raise ApiError("ImageAlreadyExistsException", text)

    def put_image(self, call: Request, answer: Json) -> Json:
        """Announce the push and send the image on."""
        image = _pushed(call)
        self._announcer.image(call.region, image.repository, image.digest, image.tag, "PUSH")
        wanted = destinations_of(self._configuration(call.region), image.repository)
        self._replications.begin(call.region, image, wanted)
        return answer

    def batch_delete_image(self, call: Request, answer: Json) -> Json:
        """Announce each deletion."""
        repository = call.parameters["repositoryName"]
        for deleted in answer.get("imageIds", []):
            digest = deleted["imageDigest"]
            self._replications.forget(call.region, repository, digest)
            self._announcer.image(call.region, repository, digest, deleted.get("imageTag"), "DELETE")
        return answer

    def start_replication_backfill(self, call: Request, _: Json) -> Json:
        """Send what the rules cover, and never sent to that destination, on its way."""
        wanted = Destination(call.parameters["destination"]["region"], call.parameters["destination"]["registryId"])
        configuration = self._configuration(call.region)
        if wanted not in destinations_in(configuration):
            raise ApiError("InvalidParameterException", f"No replication rule leads to '{wanted.region}'.")
        images = [
            image
            for image in self._images.every(call.region)
            if wanted in destinations_of(configuration, image.repository)
            and not self._replications.state(call.region, image, wanted)
        ]
        states = [partial(self._replications.state, call.region, image, wanted) for image in images]
        self._backfills.add(backfill := Backfill(call.region, wanted, states))
        for image in images:
            self._replications.begin(call.region, image, (wanted,))
        return {**backfill.view("PREPARING"), "registryId": self._account_id}

    def list_replication_backfills(self, call: Request, _: Json) -> Json:
        """Those of the region."""
        listed = [backfill.view(backfill.status) for backfill in self._backfills.of(call.region)]
        return {"registryId": self._account_id, "backfills": listed}

    def _configuration(self, region: str) -> Configuration:
        with self._lock:
            return self._configurations.get(region, {"rules": []})

    def _image_not_found(self, repository: str, image_id: dict[str, str]) -> ApiError:
        digest, tag = (image_id.get(key, "null") for key in ("imageDigest", "imageTag"))
        text = (
            f"The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist within the repository "
            f"with name '{repository}' in the registry with id '{self._account_id}'"
        )
        return ApiError("ImageNotFoundException", text)


def _pushed(call: Request) -> Image:
    given = call.parameters
    manifest = given["imageManifest"]
    return Image(
        repository=given["repositoryName"],
        digest=digest_of(manifest),
        manifest=manifest,
        media_type=given.get("imageManifestMediaType"),
        tag=given.get("imageTag"),
    )
