"""A card is one screen of a laptop, and answers which region is broken, why, and what happens next."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import pytest

from crosscheck.cards.layout import Card
from crosscheck.cards.release import render
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.releases.model import ImageArrival, RegionState
from tests.builders import canary, events
from tests.builders.canary import PRIMARY, SECONDARIES, ended, gate, primary_proven, taken_back
from tests.builders.releases import Facts

EU, AP, SA = SECONDARIES
LINES, WIDTH = 25, 110  # what a laptop shows of Slack


def texts(card: Card) -> str:
    """Everything that stands on a card, as it is shown: of a link its label."""

    def walk(node: Any) -> list[str]:
        if isinstance(node, dict):
            return [node["text"]] if isinstance(node.get("text"), str) else [t for v in node.values() for t in walk(v)]
        return [text for part in node for text in walk(part)] if isinstance(node, list) else []

    return re.sub(r"<[^|>]*\|([^>]*)>", r"\1", "\n".join(walk(card.blocks)))


def shown(facts: Facts) -> str:
    return texts(render(facts.release))


def line(text: str, region: str) -> str:
    (found,) = [each for each in text.splitlines() if f" *{region}* " in each]
    return found


@pytest.mark.parametrize(
    "facts",
    [primary_proven(), ended(), ended(EU), ended(*SECONDARIES), *(taken_back(EU, state) for state in RollbackState)],
)
def test_four_regions_and_six_stages_fit_on_one_screen(facts: Facts) -> None:
    lines = shown(facts).splitlines()
    assert sum(math.ceil(len(each) / WIDTH) for each in lines) <= LINES


def test_a_line_of_the_matrix_says_what_runs_how_it_came_and_who_proved_it() -> None:
    text = shown(ended())
    assert line(text, PRIMARY) == (
        f":white_check_mark: *{PRIMARY}* passed · {canary.RUNS}; and 1 more check"
        " · deployed in 48 s · gate ValidatePrimary"
    )
    assert "https://" not in text
    deploying = line(shown(primary_proven()), EU)
    assert deploying == f":rocket: *{EU}* deploying · since 10:03:11 UTC"


def test_the_reason_of_a_failure_stands_once_and_its_gate_names_the_region_that_it_proved() -> None:
    text = shown(ended(EU))
    assert text.count(canary.WHY) == 1
    assert canary.WHY in line(text, EU)
    assert f":x: ValidateSecondary / {gate(EU).partition('/')[2]} ({EU}) · why: see above" in text
    assert PRIMARY not in text.split("*Failed*")[1].split("*Stages*")[0]


def test_all_stages_are_one_line_with_progress_and_durations() -> None:
    (stages,) = [each for each in shown(primary_proven()).splitlines() if each.startswith("*Stages*")]
    assert stages == (
        "*Stages* 4 of 6: :white_check_mark: Source 4 s, Build 1 min 14 s, DeployPrimary 49 s, "
        "ValidatePrimary 1 min 0 s succeeded → :hourglass_flowing_sand: DeploySecondary in progress → "
        ":white_circle: ValidateSecondary waiting"
    )


def test_an_ended_release_does_not_care_for_an_image_that_is_pushed_once_more() -> None:
    release, image = ended().release, ImageSubject("us-east-1", "my-service", "sha256:" + "1" * 64)
    late = ImageArrival(image, 1, RegionState.VERIFYING, "v1", events.BEGAN.timestamp() + 300, ())
    assert "*Images*" in texts(render(replace(release, images=(late,))))
    again = replace(late, pushed=events.BEGAN.timestamp() + 9_000)
    assert render(replace(release, images=(again,))).digest == render(release).digest


def test_the_text_reads_well_aloud() -> None:
    assert render(ended().release).text == (
        f"multi-region-service: succeeded. {PRIMARY}, {EU}, {AP} and {SA} passed. Next: nothing to do."
    )
    assert render(taken_back(AP, RollbackState.RUNNING).release).text == (
        f"multi-region-service: failed. {AP} failed, {PRIMARY}, {EU} and {SA} passed. Next: rolls back {AP}."
    )


@pytest.mark.parametrize(
    ("trigger", "line"),
    [
        ({}, ""),
        ({"author-display-name": "jo", "commit-id": "abc", "tag-name": "v1"}, "`abc` · by jo · tag v1"),
        ({"trigger-type": "CreatePipeline"}, "started when the pipeline was made"),
        (
            {"trigger-type": "StartPipelineExecution", "trigger-detail": "arn:aws:iam::1:user/jane"},
            "started by user jane",
        ),
        ({"trigger-type": "StartPipelineExecution"}, "started on request"),
        ({"trigger-type": "SomethingNew"}, "started by SomethingNew"),
        ({"trigger-type": "CloudWatchEvent", "trigger-detail": "arn:aws:events:x:1:rule/r"}, "started by an event (r)"),
        (
            {"trigger-type": "ManualRollback", "trigger-detail": "arn:aws:iam::1:user/jane"},
            ":rewind: rollback by a person, user jane",
        ),
        ({"trigger-type": "AutomatedRollback", "trigger-detail": "{}"}, ":rewind: automatic rollback"),
    ],
)
def test_the_card_says_what_or_who_started_the_release(trigger: dict[str, str], line: str) -> None:
    triggered: dict[str, Any] = {"execution-trigger": trigger} if trigger else {}
    facts = Facts().event(events.pipeline("STARTED", **triggered))
    assert f"\n{line}{' · ' if line else ''}open in CodePipeline\n" in shown(facts)


@pytest.mark.parametrize(
    ("state", "sign", "word"),
    [
        ("STARTED", ":hourglass_flowing_sand:", "in progress"),
        ("RESUMED", ":hourglass_flowing_sand:", "in progress"),
        ("STOPPING", ":hourglass_flowing_sand:", "stopping"),
        ("STOPPED", ":no_entry:", "stopped"),
        ("CANCELED", ":no_entry:", "canceled"),
        ("ABANDONED", ":no_entry:", "abandoned"),
        ("SUPERSEDED", ":fast_forward:", "superseded"),
        ("SUCCEEDED", ":white_check_mark:", "succeeded"),
        ("FAILED", ":x:", "failed"),
        ("Queued", ":grey_question:", "queued"),
    ],
)
def test_the_header_says_every_state_in_a_sign_and_a_word(state: str, sign: str, word: str) -> None:
    card = render(Facts().event(events.pipeline(state)).release)
    assert card.blocks[0]["text"]["text"] == f"{sign} multi-region-service: {word}"
    again = render(Facts().event(events.pipeline(state, 9, **events.SECOND_ATTEMPT)).release)
    assert again.blocks[0]["text"]["text"] == f"{sign} multi-region-service: {word} (attempt 2)"
