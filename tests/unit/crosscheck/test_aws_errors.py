import traceback

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from crosscheck.aws_errors import denied, error_texts_left_out, ignoring, region_not_enabled
from crosscheck.errors import ConfigurationError
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


def ended_by(error: Exception) -> Exception:
    """What comes out of a function's handler that this error ends."""

    @error_texts_left_out
    def handler() -> None:
        raise error

    with pytest.raises(Exception) as ended:  # noqa: PT011 - which one it is, is what is asked
        handler()
    return ended.value


def test_f50_an_error_that_ends_a_function_keeps_its_class_and_its_places_and_not_its_text() -> None:
    """The state machine knows errors by the names of their classes."""
    ended = ended_by(type("PipelineNotFoundException", (ValueError,), {})("quoted"))
    assert type(ended).__name__ == "PipelineNotFoundException"
    assert str(ended) == "its text is left out, as it may quote anything"
    assert "in handler" in "".join(traceback.format_tb(ended.__traceback__))
    assert "quoted" not in "".join(traceback.format_exception(ended))


def test_f50_of_aws_refusal_the_operation_the_code_and_the_request_are_told() -> None:
    error = refusal("ThrottlingException", "quoted", "GetPipeline")
    error.response["ResponseMetadata"]["RequestId"] = "7a62c49f"
    assert str(ended_by(error)) == "GetPipeline was refused: ThrottlingException, request 7a62c49f"
    del error.response["ResponseMetadata"]
    assert str(ended_by(error)) == "GetPipeline was refused: ThrottlingException, request unknown"


def test_our_own_errors_are_told_as_they_are() -> None:
    error = ConfigurationError("set the tag")
    assert ended_by(error) is error
