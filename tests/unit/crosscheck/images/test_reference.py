import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.errors import ConfigurationError
from crosscheck.images.reference import Registry, children, parse_reference, short

ACCOUNT = "111122223333"
ECR = f"{ACCOUNT}.dkr.ecr"
DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        (f"{ECR}.eu-west-1.amazonaws.com/team/app:1", Registry(ACCOUNT, "eu-west-1"), "team/app", "1", ""),
        (f"{ECR}-fips.us-gov-west-1.amazonaws.com/app:1", Registry(ACCOUNT, "us-gov-west-1"), "app", "1", ""),
        (f"{ECR}.cn-north-1.amazonaws.com.cn/app", Registry(ACCOUNT, "cn-north-1"), "app", "latest", ""),
        ("111122223333.dkr-ecr.us-east-1.on.aws/app:1", Registry(ACCOUNT, "us-east-1"), "app", "1", ""),
        (f"{ECR}.eu-west-1.amazonaws.com/app@{DIGEST}", Registry(ACCOUNT, "eu-west-1"), "app", "", DIGEST),
        (f"{ECR}.eu-west-1.amazonaws.com/app:1@{DIGEST}", Registry(ACCOUNT, "eu-west-1"), "app", "1", DIGEST),
        ("nginx", None, "nginx", "latest", ""),
        ("library/nginx:1.27", None, "library/nginx", "1.27", ""),
        ("localhost:5000/app:1", None, "app", "1", ""),
        ("public.ecr.aws/nginx/nginx:1", None, "nginx/nginx", "1", ""),
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com.example.com/app:1", None, "app", "1", ""),
    ],
)  # fmt: skip
def test_the_parts_of_a_reference(text: str, registry: Registry | None, repository: str, tag: str, digest: str) -> None:
    reference = parse_reference(text)
    assert (reference.registry, reference.repository, reference.tag, reference.digest) == (
        registry,
        repository,
        tag,
        digest,
    )
    assert reference.text == text


@pytest.mark.parametrize("text", ["", " ", "App", "a:b:c/d:e", "app@sha256:12", "a" * 1001, "app:1\n"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="not an image reference"):
        parse_reference(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reference = parse_reference(text)
    except ConfigurationError:
        return
    assert reference.repository
    assert reference.tag or reference.digest


def test_a_short_digest_keeps_its_algorithm_and_twelve_digits() -> None:
    assert short(DIGEST) == "sha256:abababababab"


def test_the_children_of_an_index() -> None:
    assert children(json.dumps({"manifests": [{"digest": DIGEST}, {"digest": "md5:1"}, {}, 3]})) == {DIGEST}


@pytest.mark.parametrize("manifest", ["", "{", "[]", "3", '{"manifests": 4}', '{"config": {}}'])
def test_a_manifest_of_one_image_has_no_children(manifest: str) -> None:
    assert children(manifest) == frozenset()
