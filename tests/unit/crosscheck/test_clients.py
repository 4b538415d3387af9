"""One client for each service and region, and whom it trusts."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import botocore
import pytest
from botocore.awsrequest import AWSResponse

from crosscheck.clients import AMAZON_ROOTS, CONFIG, PATIENT, Clients
from gate_stage.bootstrap import IMPATIENT
from handle_interaction.handler import QUICK

if TYPE_CHECKING:
    from botocore.config import Config

ROOTS = {f"Amazon Root CA {number}" for number in range(1, 5)} | {"Starfield Services Root Certificate Authority - G2"}


@pytest.fixture(autouse=True)
def _no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def certificates(path: Path) -> set[str]:
    return set(re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", path.read_text(), re.DOTALL))


def trusted(region: str) -> object:
    return Clients().client("sqs", region)._endpoint.http_session._verify  # type: ignore[attr-defined]


def test_a_client_of_the_own_region_is_the_same_whether_the_region_is_named_or_not() -> None:
    clients = Clients()
    assert clients.client("sqs") is clients.client("sqs", clients.home_region)
    assert clients.client("sqs") is not clients.client("sqs", "eu-west-1")


def test_what_is_prepared_is_there_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = Clients()
    clients.prepare("sqs", "dynamodb")
    created: list[str] = []
    monkeypatch.setattr(clients._session, "client", lambda service, **_: created.append(service))
    assert clients.client("dynamodb").meta.region_name == clients.home_region
    clients.client("ssm")
    assert created == ["ssm"]


@pytest.mark.parametrize("config", [CONFIG, PATIENT, QUICK, IMPATIENT])
def test_cloudtrail_tells_crosscheck_by_its_user_agent(config: Config) -> None:
    client: Any = Clients(config=config).client("sqs")
    sent: list[bytes] = []

    def answered(request: Any, **_: Any) -> AWSResponse:
        sent.append(request.headers["User-Agent"])
        headers: Any = {}
        return AWSResponse(request.url, 200, headers, SimpleNamespace(stream=lambda: [b"{}"]))

    client.meta.events.register("before-send", answered)
    client.list_queues()
    assert sent[0].startswith(f"crosscheck Boto3/{boto3.__version__} Botocore/".encode())


def test_the_roots_are_those_of_amazon_as_botocore_has_them() -> None:
    context = ssl.create_default_context(cafile=str(AMAZON_ROOTS))
    subjects: Any = [each["subject"] for each in context.get_ca_certs()]
    names = {dict(pair for part in subject for pair in part)["commonName"] for subject in subjects}
    assert names == ROOTS
    assert certificates(AMAZON_ROOTS) <= certificates(Path(botocore.__file__).with_name("cacert.pem"))


def test_no_other_root_is_trusted_where_amazon_alone_certifies() -> None:
    assert trusted("eu-west-1") == str(AMAZON_ROOTS)


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1"])
def test_f57_other_partitions_may_be_certified_by_others(region: str) -> None:
    assert trusted(region) is True


def test_a_bundle_that_somebody_names_prevails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bundle = tmp_path / "own.pem"
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    assert trusted("eu-west-1") == str(bundle)


def test_an_operators_session_trusts_whom_it_trusts_anyway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/proxy.pem")
    client: Any = Clients(boto3.Session(region_name="eu-west-1")).client("sqs")
    assert client._endpoint.http_session._verify == "/proxy.pem"
