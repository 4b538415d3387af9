"""Chooses the attributes for `!GetAtt` so that the whole answer fits into CloudFormation's 4096 bytes."""

from collections.abc import Mapping
from dataclasses import dataclass

from provision_regions.custom_resource.request import Request, fits, succeeded
from provision_regions.ownership.names import Names, compact


@dataclass(frozen=True)
class Store:
    """A finished store."""

    region: str
    bucket: str
    key_arn: str

    @property
    def content(self) -> dict[str, object]:
        """The store as CodePipeline writes it in ``artifactStores``."""
        return {"type": "S3", "location": self.bucket, "encryptionKey": {"id": self.key_arn, "type": "KMS"}}


def attributes(request: Request, names: Names, stores: tuple[Store, ...]) -> Mapping[str, str]:
    """The path, every region's bucket and key, and the JSON of all stores, as far as they fit.

    The JSON gives way first. Of more than about 20 regions only the first ones, in the template's order, have
    attributes. The parameters have all.
    """
    path = names.parameter_path
    json_of_all = compact({store.region: store.content for store in stores})
    by_path = ((f"ssm:{path}", count) for count in range(len(stores), -1, -1))
    for artifact_stores, count in ((json_of_all, len(stores)), *by_path):
        data = {"ParameterPath": path, "ArtifactStores": artifact_stores}
        for store in stores[:count]:
            data |= {f"{store.region}.Bucket": store.bucket, f"{store.region}.KeyArn": store.key_arn}
        if fits(request, succeeded(data)):
            return data
    return {"ParameterPath": path}
