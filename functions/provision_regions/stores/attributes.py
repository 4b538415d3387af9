"""The attributes for `!GetAtt`, chosen so that the whole answer fits into CloudFormation's 4096 bytes."""

from collections.abc import Mapping
from dataclasses import dataclass

from provision_regions.custom_resource.answer import Answer, fits, succeeded
from provision_regions.custom_resource.request import Request
from provision_regions.ownership.names import Names, compact, store_text


@dataclass(frozen=True)
class Store:
    """A finished store."""

    region: str
    bucket: str
    key_arn: str

    @property
    def text(self) -> str:
        """The store as CodePipeline writes it."""
        return compact(store_text(self.bucket, self.key_arn))


def answer_with(request: Request, physical_id: str, names: Names, stores: tuple[Store, ...]) -> Answer:
    """The answer: the path always, then every region's bucket and key, then the JSON of all stores, while they fit.

    Of regions beyond about 20 only the first, in the template's order, have attributes; the parameters have all.
    """
    path = names.parameter_path
    json_of_all = compact({store.region: store_text(store.bucket, store.key_arn) for store in stores})
    by_region: dict[str, str] = {}
    for store in stores:
        by_region |= {f"{store.region}.Bucket": store.bucket, f"{store.region}.KeyArn": store.key_arn}
    for artifact_stores in (json_of_all, f"ssm:{path}"):
        answer = _answer(physical_id, path, artifact_stores, by_region)
        if fits(request, answer):
            return answer
    return _as_many_as_fit(request, physical_id, path, by_region)


def _answer(physical_id: str, path: str, artifact_stores: str, by_region: Mapping[str, str]) -> Answer:
    return succeeded(physical_id, {"ParameterPath": path, "ArtifactStores": artifact_stores, **by_region})


def _as_many_as_fit(request: Request, physical_id: str, path: str, by_region: Mapping[str, str]) -> Answer:
    names = list(by_region)
    for count in range(len(names) - 2, -1, -2):  # a bucket without its key is of no use
        answer = _answer(physical_id, path, f"ssm:{path}", {name: by_region[name] for name in names[:count]})
        if fits(request, answer):
            return answer
    return succeeded(physical_id, {"ParameterPath": path})
