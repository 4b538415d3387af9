import json

from hypothesis import given
from hypothesis import strategies as st

from provision_regions.custom_resource.request import MAX_BODY, Answer, Request, Status, body, failed, succeeded

REQUEST = Request("Create", "Custom::X", "arn:stack/s/u", "r", "L", "", "us-east-1", "https://x?secret", {})


def test_the_shape_that_cloudformation_reads() -> None:
    assert json.loads(body(REQUEST, succeeded({"A": "b"}))) == {
        "Status": "SUCCESS",
        "Reason": "",
        "PhysicalResourceId": "crosscheck/us-east-1/s/L/-",
        "StackId": "arn:stack/s/u",
        "RequestId": "r",
        "LogicalResourceId": "L",
        "Data": {"A": "b"},
    }


@given(st.text(max_size=200), st.integers(0, 200))
def test_f34_a_reason_is_cut_to_fit(text: str, times: int) -> None:
    content = body(REQUEST, failed(text * times))
    assert len(content) <= MAX_BODY
    reason = json.loads(content)["Reason"]
    assert reason
    if len(text * times) > 4096:
        assert reason.endswith("…")


def test_a_cut_reason_is_as_long_as_can_be() -> None:
    assert MAX_BODY - 1 <= len(body(REQUEST, failed("x" * 9000))) <= MAX_BODY


def test_failed_without_a_reason_still_says_something() -> None:
    assert failed("") == Answer(Status.FAILED, "no reason is known")


def test_the_response_url_is_in_no_text() -> None:
    assert "secret" not in repr(REQUEST)
