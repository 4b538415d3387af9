"""An image of two platforms that is in every region's registry, and the function that looks for it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.functions import trusted_certificate, trusting_layer
from bench.replay import Function, Service, endpoints

CODE = Path(__file__).parent
INDEX, MANIFEST = "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"
REPOSITORY, TAG = "wide", "v1"
CHILDREN = tuple(f"sha256:{hashlib.sha256(name.encode()).hexdigest()}" for name in ("amd64", "arm64"))


@dataclass(frozen=True)
class ImageLook:
    """The look at so many regions."""

    service: Service
    regions: Sequence[str]
    digest: str

    def ours(self) -> Function:
        """A process that looks with the kernel's code."""
        arn = f"arn:aws:lambda:{self.regions[0]}:123456789012:function:image-look"
        return Function("handler.handler", CODE, trusting_layer(), endpoints(self.service), arn)

    def event(self) -> str:
        """The image and its regions; it was pushed to the first one."""
        image = {"region": self.regions[0], "repository": REPOSITORY, "digest": self.digest, "tag": TAG}
        return json.dumps({**image, "regions": self.regions})


@dataclass(frozen=True)
class RecordedImage:
    """The image, and the AWS that has it."""

    service: Service
    regions: Sequence[str]
    digest: str

    def of(self, size: int) -> ImageLook:
        """The look at the first so many regions."""
        return ImageLook(self.service, self.regions[:size], self.digest)


@contextmanager
def recorded_image(regions: Sequence[str]) -> Iterator[RecordedImage]:
    """The image in these regions."""
    index = json.dumps({"mediaType": INDEX, "manifests": [{"digest": digest} for digest in CHILDREN]})
    digest = f"sha256:{hashlib.sha256(index.encode()).hexdigest()}"
    found = {"imageDigest": digest, "imageTags": [TAG], "imageManifestMediaType": INDEX}
    children = [{"imageDigest": child, "imageManifestMediaType": MANIFEST} for child in CHILDREN]
    image = {"imageId": {"imageDigest": digest}, "imageManifest": index}
    answers = [
        _answer(region, operation, content)
        for region in regions
        for operation, content in (
            ("DescribeImages", {"imageDetails": [found]}),
            ("BatchGetImage", {"images": [image]}),
            ("DescribeImages", {"imageDetails": children}),
        )
    ]
    service = Service(answers, certificate=trusted_certificate())
    try:
        yield RecordedImage(service, regions, digest)
    finally:
        service.close()


def _answer(region: str, operation: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """As ``bench.observed`` tells it."""
    scope = f"Credential=AKIA/20260101/{region}/ecr/aws4_request"
    headers = {"Authorization": scope, "X-Amz-Target": f"AmazonEC2ContainerRegistry_V20150921.{operation}"}
    answered = {"Content-Type": "application/x-amz-json-1.1"}
    encoded = base64.b64encode(json.dumps(content).encode()).decode()
    return {
        "method": "POST",
        "url": "/",
        "headers": headers,
        "body": "",
        "status": 200,
        "answered": answered,
        "content": encoded,
    }
