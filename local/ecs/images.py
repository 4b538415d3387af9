"""Which digest an image stands for, asked in the registry and the region that its URI names."""

import hashlib
import re
from dataclasses import dataclass

from botocore.exceptions import ClientError

from local.clients import Aws
from local.ecs.model import ContainerImage

ECR_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<repository>[^:@]+)"
    r"(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
ABSENT = {"ImageNotFoundException", "RepositoryNotFoundException"}


@dataclass(frozen=True)
class ImageResolver:
    """Resolves images as ECS does when it starts the first task of a service revision."""

    registry: Aws
    account_id: str

    def digest(self, image: str) -> str | None:
        """The digest, or None if the registry does not have the image.

        An image outside ECR cannot be asked for here: it gets a digest made from its name.
        """
        uri = ECR_URI.fullmatch(image)
        if uri is None:
            return f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"
        if uri["account"] != self.account_id:
            return None
        image_id = {"imageDigest": uri["digest"]} if uri["digest"] else {"imageTag": uri["tag"] or "latest"}
        try:
            answer = self.registry.client("ecr", uri["region"]).describe_images(
                repositoryName=uri["repository"], imageIds=[image_id]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise
        return next((str(detail["imageDigest"]) for detail in answer["imageDetails"]), None)

    def container(self, name: str, image: str) -> ContainerImage:
        """A container's image, resolved."""
        return ContainerImage(name, image, self.digest(image))
