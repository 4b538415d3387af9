"""Image manifests as a build would push them: real JSON, with digests that follow from the source."""

import hashlib
import json
from typing import Any

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
_LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_BASE_LAYER_SIZE = 29_700_000


def manifest(repository: str, source: bytes) -> str:
    """The manifest of an image of that repository, built from that source."""
    built = hashlib.sha256(repository.encode() + b"\0" + source).hexdigest()
    layers = [
        _blob(_LAYER_TYPE, "base layer", _BASE_LAYER_SIZE),
        _blob(_LAYER_TYPE, f"layer of {built}", len(source)),
    ]
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": _blob(_CONFIG_TYPE, f"config of {built}", 7023),
            "layers": layers,
        },
        indent=3,
    )


def digest(text: str) -> str:
    """The digest under which a registry files a manifest."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _blob(media_type: str, content: str, size: int) -> dict[str, Any]:
    return {"mediaType": media_type, "size": size, "digest": digest(content)}
