"""What a thousand releases cost, from what releases called and what AWS asks for it.

python -m bench.costs            prints the table of docs/costs.md
python -m bench.costs --count    counts anew, from build/bench/recording.json into bench/counted.json
python -m bench.costs --write    puts the table into docs/costs.md
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.recording import RECORDING
from bench.timing import table

HERE = Path(__file__).parent
COUNTED, PRICES = HERE / "counted.json", HERE / "prices.json"
DOCUMENT = HERE.parent / "docs" / "costs.md"
BEGIN, END = "<!-- computed by bench/costs.py: {} -->\n", "<!-- end -->"
RELEASES = 1000
# Every two minutes, whether there are releases or not; they have a line of their own.
NOT_OF_A_RELEASE = {"reconcile", "render_widget", "provision_regions", "handle_interaction", "apply_decision"}


def counted(recording: Mapping[str, Any]) -> dict[str, Any]:
    """What of a recording is paid for: by the number of regions ``{"invocations", "calls": {function: number},
    "operations", "memory": {function: MB}, "transitions", "slack"}``."""
    found = {}
    memory = {
        each["function"]: int(each["environment"]["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])
        for each in recording["invocations"]
    }
    for size, release in recording["releases"].items():
        functions = {name: each for name, each in release["functions"].items() if name not in NOT_OF_A_RELEASE}
        operations: Counter[str] = Counter()
        for each in functions.values():
            operations.update({name: number for name, number in each.items() if ":" in name})
        found[size] = {
            "invocations": {name: each["invocations"] for name, each in functions.items() if each.get("invocations")},
            "calls": {
                name: sum(number for operation, number in each.items() if ":" in operation)
                for name, each in functions.items()
            },
            "memory": {name: memory[name] for name in functions},
            "operations": dict(sorted(operations.items())),
            "transitions": release["transitions"],
            "slack": sum(release["slack"].values()),
        }
    return found


def units(release: Mapping[str, Any], assumed: Mapping[str, float]) -> dict[str, float]:
    """The units of a release that have a price, by the price's name."""
    operations, invocations = release["operations"], release["invocations"]
    seconds = assumed["milliseconds_per_call"] / 1000
    gigabytes = {name: number / 1024 for name, number in release["memory"].items()}
    polled = sum(invocations.get(name, 0) for name in ("record_events", "update_card"))
    return {
        "lambda_request": sum(invocations.values()),
        "lambda_gb_second_arm64": sum(number * seconds * gigabytes[name] for name, number in release["calls"].items()),
        "dynamodb_write": operations.get("dynamodb:UpdateItem", 0) * assumed["write_units_per_write"],
        "dynamodb_read": operations.get("dynamodb:GetItem", 0)
        + operations.get("dynamodb:Query", 0) * assumed["read_units_per_query"],
        # Sent by us, sent by EventBridge; received and deleted by Lambda's poller, a batch at a time.
        "sqs_request": operations.get("sqs:SendMessage", 0) + 3 * polled,
        # The local account's histories lack what is inside the Map: Purpose, Look, Looked, then LookLater or Judged.
        "state_transition": release["transitions"] + assumed["states_per_look"] * invocations.get("check_region", 0),
        "secret_call": operations.get("secretsmanager:GetSecretValue", 0),
        "s3_get": operations.get("s3:GetObject", 0),
        "kms_request": operations.get("s3:GetObject", 0) + operations.get("kms:DescribeKey", 0),
        "log_gb": sum(invocations.values()) * assumed["log_kilobytes_per_invocation"] / 1024**2,
    }


def costs(release: Mapping[str, Any], prices: Mapping[str, Any]) -> dict[str, float]:
    """Dollars of ``RELEASES`` such releases, by the price's name."""
    found = units(release, prices["assumed"])
    each = {name: price["usd"] / price["per"] for name, price in prices["prices"].items()}
    return {name: RELEASES * number * each[name] for name, number in found.items()}


def rows(numbers: Mapping[str, Any], prices: Mapping[str, Any]) -> list[list[object]]:
    """The table of the document: units of one release and dollars of a thousand, by number of regions."""
    sizes = list(numbers)
    of = {size: units(numbers[size], prices["assumed"]) for size in sizes}
    dollars = {size: costs(numbers[size], prices) for size in sizes}
    found: list[list[object]] = [
        [
            name.replace("_", " "),
            *(f"{of[size][name]:.4g}" for size in sizes),
            *(f"{dollars[size][name]:.2f}" for size in sizes),
        ]
        for name in of[sizes[0]]
    ]
    calls = [sum(numbers[size]["calls"].values()) for size in sizes]
    slack = [numbers[size]["slack"] for size in sizes]
    return [
        *found,
        ["**in all**", *([""] * len(sizes)), *(f"**{sum(dollars[size].values()):.2f}**" for size in sizes)],
        ["AWS calls", *calls, *([""] * len(sizes))],
        ["Slack calls", *slack, *([""] * len(sizes))],
    ]


def document_table() -> str:
    """The table as it stands in the document."""
    numbers, prices = json.loads(COUNTED.read_text()), json.loads(PRICES.read_text())
    sizes = list(numbers)
    header = ["", *(f"{size} regions, units" for size in sizes), *(f"{size} regions, $" for size in sizes)]
    return table(header, rows(numbers, prices))


def month_table() -> str:
    """What is paid for every month, whether there are releases or not."""
    prices = json.loads(PRICES.read_text())
    found = []
    for each in prices["a_month"]:
        price = prices["prices"][each["price"]]
        found.append([each["what"], f"{each['number']:,.0f}", f"{each['number'] * price['usd'] / price['per']:.2f}"])
    return table(("what", "units", "a month, $"), found)


def written(document: str) -> str:
    """The document with its tables as they are computed now."""
    for name, computed in (("releases", document_table()), ("a month", month_table())):
        before, begin, rest = document.partition(BEGIN.format(name))
        after = rest.partition(END)[2]
        document = f"{before}{begin}{computed}\n{END}{after}"
    return document


def main() -> None:
    """Count, write or print."""
    if "--count" in sys.argv:
        COUNTED.write_text(json.dumps(counted(json.loads(RECORDING.read_text())), indent=2) + "\n")
    if "--write" in sys.argv:
        DOCUMENT.write_text(written(DOCUMENT.read_text()))
    print(document_table())


if __name__ == "__main__":
    main()
