import pytest

from provision_regions.custom_resource.respond import (
    ForeignHostError,
    NotDeliveredError,
    deliver,
    refuse_foreign,
)
from provision_regions.handler import answer_failed
from tests.fakes.hostile_server import HostileServer
from tests.fakes.regions.inbox import inbox

NAME = "cloudformation-custom-resource-response"
OWN = {
    f"{NAME}-useast1.s3.amazonaws.com": "us-east-1",
    f"{NAME}-euwest1.s3-eu-west-1.amazonaws.com": "eu-west-1",
    f"{NAME}-apsoutheast2.s3.ap-southeast-2.amazonaws.com": "ap-southeast-2",
    f"{NAME}-usgovwest1.s3-us-gov-west-1.amazonaws.com": "us-gov-west-1",
    f"{NAME}-cnnorth1.s3.cn-north-1.amazonaws.com.cn": "cn-north-1",
    f"{NAME}-useast2.s3.dualstack.us-east-2.amazonaws.com": "us-east-2",
    f"{NAME}-euscdeeast1.s3.eusc-de-east-1.amazonaws.eu": "eusc-de-east-1",
}
HERE = f"{NAME}-useast1.s3.amazonaws.com"
HOME = "us-east-1"
FOREIGN = [
    "http://" + HERE + "/x?secret",
    f"https://{HERE}.evil.example/x?secret",
    f"https://evil.example/{HERE}?secret",
    f"https://{HERE}@evil.example/?secret",
    f"https://evil@{HERE}/?secret",
    f"https://{HERE}:8443/?secret",
    f"https://{HERE}:none/?secret",
    "https://evil.s3.amazonaws.com/?secret",
    f"https://x{HERE}/?secret",
    f"https://{NAME}-useast1.s3.evil.amazonaws.com/?secret",
    f"https://{NAME}-evil1.s3.amazonaws.com/?secret",
    f"https://{NAME}-useast1x.s3.amazonaws.com/?secret",
    f"https://{NAME}-euwest1.s3.amazonaws.com/?secret",
    f"https://{NAME}-useast1.s3.eu-west-1.amazonaws.com/?secret",
    f"https://{NAME}-useast1.s3.cn-north-1.amazonaws.com.cn/?secret",
    f"https://{NAME}-useast1.s3.amazonaws.com.cn/?secret",
    "http://169.254.169.254/latest?secret",
    "file:///etc/passwd?secret",
    "https://[::1/?secret",
    f"https://{HERE}/a b?secret",
    f"https://{HERE}\r\n/?secret",
    f"https://{HERE}/\u00fc?secret",
    "",
]


@pytest.mark.parametrize(("host", "region"), OWN.items())
def test_cloudformations_own_hosts_pass(host: str, region: str) -> None:
    refuse_foreign(f"https://{host}/key?X-Amz-Signature=secret", region)


@pytest.mark.parametrize("url", FOREIGN)
def test_everything_else_is_refused_without_naming_the_query(url: str) -> None:
    with pytest.raises(ForeignHostError) as caught:
        refuse_foreign(url, HOME, local_host="127.0.0.1:4566")
    assert "secret" not in str(caught.value)


def test_the_local_account_is_exactly_the_host_that_is_set() -> None:
    refuse_foreign("http://127.0.0.1:4566/x", HOME, "127.0.0.1:4566")
    for url in ("http://127.0.0.1:4567/x", "http://127.0.0.1:4566@evil.example/", "ftp://127.0.0.1:4566/"):
        with pytest.raises(ForeignHostError):
            refuse_foreign(url, HOME, "127.0.0.1:4566")


def test_a_function_that_cannot_start_sends_nothing_to_other_hosts() -> None:
    with inbox() as box, pytest.raises(ForeignHostError):
        answer_failed({"ResponseURL": box.url}, ImportError("no layer"))
    assert box.puts == []


def test_f34_two_failed_puts_then_the_third_succeeds() -> None:
    pauses: list[float] = []
    with inbox(500, 503) as box:
        deliver(box.url, b"{}", HOME, box.host, pauses.append)
    assert box.puts == [("", b"{}")] * 3
    assert pauses == [0.5, 1.0]


def test_f34_a_put_that_is_never_taken_is_an_error_without_the_url() -> None:
    with inbox(*[403] * 5) as box, pytest.raises(NotDeliveredError, match="HTTP status 403") as caught:
        deliver(box.url, b"{}", HOME, box.host, lambda seconds: None)
    assert "planted-secret" not in str(caught.value)


def test_f34_nobody_listens() -> None:
    with inbox() as box:
        url, host = box.url, box.host
    with pytest.raises(NotDeliveredError):
        deliver(url, b"{}", HOME, host, lambda seconds: None)


def test_f34_a_host_that_speaks_no_http_is_asked_again() -> None:
    with HostileServer(b"no HTTP\r\n", b"x\r\n") as server:
        host = f"127.0.0.1:{server.port}"
        with pytest.raises(NotDeliveredError, match="BadStatusLine"):
            deliver(f"http://{host}/?secret", b"{}", HOME, host, sleep=lambda _seconds: None)
