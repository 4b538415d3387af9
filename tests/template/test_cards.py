"""Who is told that Slack refuses cards, and whom a reply may mention."""

from __future__ import annotations

import re

import pytest

from crosscheck.cards.reply import mention
from crosscheck.telemetry import NAMESPACE
from tests.template.expanded import resources, written


def test_f40_what_a_person_has_to_mend_in_slack_rings_an_alarm() -> None:
    alarm = resources("AWS::CloudWatch::Alarm")["CardsRefusedAlarm"]
    service = resources("AWS::Lambda::Function")["UpdateCard"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == (NAMESPACE, "CardsRefused", 0)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": service}]


@pytest.mark.parametrize("person", ["U0123456789", "W0123456789", "S0123456789", "C0123456789", "here", "<!here>"])
def test_the_parameter_takes_whom_a_reply_can_mention_and_nobody_else(person: str) -> None:
    pattern = written()["Parameters"]["NotifyOnFailure"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, person)) == bool(mention(person))
    assert re.fullmatch(pattern, "")
