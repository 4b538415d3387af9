import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from crosscheck.aws_errors import denied, ignoring, region_not_enabled
from tests.fakes.regions.errors import refusal


@pytest.mark.parametrize("name", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"])
def test_every_service_has_its_own_word_for_a_missing_right(name: str) -> None:
    assert denied(refusal(name))
    assert not region_not_enabled(refusal(name))


def test_what_never_reached_aws_was_not_denied() -> None:
    error = ConnectTimeoutError(endpoint_url="https://ecs.eu-west-1.amazonaws.com")
    assert not denied(error)
    assert not region_not_enabled(error)


def test_only_the_named_refusals_are_ignored() -> None:
    with ignoring("NoSuchBucket", "NoSuchKey"):
        raise refusal("NoSuchKey")
    with pytest.raises(ClientError, match="AccessDenied"), ignoring("NoSuchBucket"):
        raise refusal("AccessDenied")
