from __future__ import annotations

from ipaddress import ip_address

import pytest

from crosscheck.errors import ConfigurationError
from crosscheck.services.http.addresses import Policy
from crosscheck.services.http.probe import lookup
from crosscheck.services.http.url import parse_url

# What no probe may reach, in whatever notation: by URL host.
LOOPBACK = [
    "127.0.0.1", "127.255.255.254", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0x0.0x0.0x1",
    "0177.0.0.1", "0177.1", "017700000001", "127.0.0.01", "0x7F.0.0.1", "[::1]", "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]",
    "localhost", "LOCALHOST",
]  # fmt: skip
METADATA = [
    "169.254.169.254", "169.254.170.2", "2852039166", "0xa9fea9fe", "0xa9.0xfe.0xa9.0xfe", "0251.0376.0251.0376",
    "0251.254.169.254", "169.254.43518", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b::169.254.169.254]", "[2002:a9fe:a9fe::]", "[::a9fe:a9fe]", "[::ffff:0:a9fe:a9fe]", "[fd00:ec2::254]",
    "[fe80::a9fe:a9fe]", "[64:ff9b:1::a9fe:a9fe]",
]  # fmt: skip
PRIVATE = [
    "10.0.0.1", "10.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.257", "3232235521", "100.64.0.1",
    "0.0.0.0", "0", "0x0", "255.255.255.255", "240.0.0.1", "224.0.0.1", "239.255.255.250", "192.0.0.1", "192.0.2.1",  # noqa: S104 - no binding
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "[::]", "[::ffff:10.0.0.1]", "[64:ff9b::10.0.0.1]",
    "[2002:a00:1::]", "[2002:808:808::]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[fc00::1]", "[fd12:3456::1]",
    "[fec0::1]", "[ff02::1]", "[ff0e::1]", "[2001:db8::1]", "[100::1]", "[4000::1]", "[::ffff:224.0.0.1]",
]  # fmt: skip
# Hosts that two parsers read in two ways, or that hide what they are.
ODD = [
    "user@127.0.0.1", "127.0.0.1@example.com", "user:word@example.com", "example.com\\@127.0.0.1",
    "example.com%2f@127.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1", "\uff11\uff12\uff17.0.0.1", "example.com\t.evil",
    "exa mple.com",
    "example.com\r\nHost: evil", "[fe80::1%eth0]", "[fe80::1%25eth0]", "[127.0.0.1]", "[::1", "127.0.0.1.", "", ":80",
    "example.com:0", "example.com:65536", "example.com:80:80", "-example.com", "exam_ple..com", "ex%61mple.com",
]  # fmt: skip


def refused(host: str, policy: Policy = Policy()) -> str:  # noqa: B008 - frozen
    """Why the host is not probed, by the URL or by the address that the name resolves to; empty where it is."""
    try:
        url = parse_url(f"http://{host}/latest/meta-data/")
    except ConfigurationError as error:
        return str(error)
    return next(filter(None, (policy.refusal(address, url.port) for address in lookup(url.host, url.port))), "")


@pytest.mark.parametrize("host", [*LOOPBACK, *METADATA, *PRIVATE, *ODD])
def test_f49_no_notation_reaches_what_is_not_public(host: str) -> None:
    assert refused(host)


@pytest.mark.parametrize("host", [*METADATA, *PRIVATE, *ODD])
def test_f49_where_loopback_is_allowed_nothing_else_is(host: str) -> None:
    assert refused(host, Policy(loopback=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "[::1]", "localhost", "[::ffff:127.0.0.1]"])
def test_loopback_is_for_the_local_account(host: str) -> None:
    assert refused(host, Policy(loopback=True)) == ""


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "52.95.110.1", "2606:4700:4700::1111", "2600:1f14::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"],
)
def test_public_addresses_are_probed(address: str) -> None:
    assert Policy().refusal(ip_address(address), 443) == ""


@pytest.mark.parametrize(
    ("address", "port", "runtime"),
    [
        ("127.0.0.1", 9001, ""),
        ("127.0.0.2", 9001, ""),
        ("::1", 9001, ""),
        ("::ffff:127.0.0.1", 9001, "127.0.0.1:9001"),
        ("127.0.0.1", 40123, "127.0.0.1:40123"),
        ("127.0.0.1", 40123, "localhost:40123"),
        ("169.254.100.1", 9001, "169.254.100.1:9001"),
        ("52.95.110.1", 9001, "52.95.110.1:9001"),
    ],
)
def test_f49_the_runtime_api_is_never_asked(address: str, port: int, runtime: str) -> None:
    assert Policy(loopback=True, runtime=runtime).refusal(ip_address(address), port) in {"Lambda's own", "link-local"}


def test_the_policy_is_the_functions_own_setting() -> None:
    assert Policy.from_env({}) == Policy()
    assert Policy.from_env({"ALLOW_PRIVATE_PROBES": "True"}) == Policy()
    told = {"ALLOW_PRIVATE_PROBES": "true", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:5"}
    assert Policy.from_env(told) == Policy(loopback=True, runtime="127.0.0.1:5")


@pytest.mark.parametrize("host", ["[2002:808:808::]", "[2002:a9fe:a9fe::1]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]"])
def test_f49_a_tunnel_leads_anywhere_and_is_refused_as_such(host: str) -> None:
    """Whatever address it hides, and whatever the standard library thinks of its prefix."""
    assert refused(host, Policy(loopback=True)) == "a tunnel's"


def test_only_the_runtimes_own_address_is_lambdas_own() -> None:
    """Elsewhere its port is one like any other."""
    policy = Policy(runtime="169.254.100.1:9001")
    assert policy.refusal(ip_address("169.254.100.1"), 9001) == "Lambda's own"
    assert policy.refusal(ip_address("169.254.100.1"), 80) == "link-local"
    assert policy.refusal(ip_address("93.184.216.34"), 9001) == ""
