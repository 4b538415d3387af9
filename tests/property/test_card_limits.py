"""Whatever a release holds, its card and its details stay within Slack's limits, and say what matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from crosscheck.cards.details import details, details_card
from crosscheck.cards.release import render
from crosscheck.contracts.verdicts import Finding, judge
from crosscheck.decisions.request import Offer
from crosscheck.ledger.decision_facts import TakenDecision
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import Subject
from crosscheck.releases.model import (
    Concern,
    RegionProgress,
    RegionState,
    Release,
    SourceRevision,
)
from local.slack.block_rules import problems
from local.slack.content import blocks_of
from tests.builders.release_strategies import GROUP, ReleaseStrategies
from tests.builders.releases import Facts, deploys

if TYPE_CHECKING:
    from crosscheck.cards.layout import Card

MESSAGE, METADATA = 13_000, 8_000
LONG_URL = "https://console.aws.amazon.com/" + "x" * 960

_texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["<&>" * 700, "*_~`" * 500, "x" * 2_000, "<!channel> @here", "&amp;" * 400, "a\n" * 900]),
)


def _some[T](items: st.SearchStrategy[T], most: int) -> st.SearchStrategy[tuple[T, ...]]:
    """A few different ones, or as many as there may ever be."""
    few = st.lists(items, max_size=2).map(tuple)
    return st.builds(lambda found, times: found * times, few, st.sampled_from([1, most // 2]))


DRAWN = ReleaseStrategies(
    texts=_texts,
    names=st.one_of(_texts, st.integers(1, 999).map("xx-region-{}".format)),
    urls=st.sampled_from(["", "https://a.example/", LONG_URL]),
    subjects=st.builds(Subject, st.just("us-east-1"), st.just("p" * 100), st.just("01234567-89ab-cdef")),
    several=_some,
)


def check(card: Card) -> None:
    """Slack takes it: by its published limits, by slack_sdk's own models, and by the one that nobody publishes."""
    assert list(problems(card.blocks)) == []
    for block in card.blocks:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()
    texts = [block["text"]["text"] for block in card.blocks if "text" in block]
    texts += [element["text"] for block in card.blocks for element in block.get("elements", [])]
    assert sum(map(len, [*texts, card.text])) <= MESSAGE
    assert card.text
    others = (text.replace(f"<!subteam^{GROUP}>", "") for text in texts if text != card.blocks[0]["text"]["text"])
    assert not any("<!" in text for text in others)  # the headline is plain text


@settings(max_examples=60, deadline=None)
@given(release=DRAWN.releases)
def test_f41_f42_any_release_stays_within_slacks_limits_and_is_disarmed(release: Release) -> None:
    check(render(release))


@settings(max_examples=15, deadline=None)
@given(release=DRAWN.releases, findings=DRAWN.findings, regions=st.sampled_from([1, 40, 200]))
def test_f41_f42_any_details_do_so_too(release: Release, findings: list[Finding], regions: int) -> None:
    names = [f"xx-region-{number}" for number in range(regions)]
    facts = Facts().outline(("World", [deploys(f"To-{name}", name) for name in names]))
    for name in names:
        facts.verdict("World", judge(name, findings))
    broken = tuple(RegionProgress(name, RegionState.FAILED) for name in names)
    told = details(Release(**{**vars(release), "regions": broken}), facts.known)
    assert len(told) >= regions
    check(details_card(release, told))


@settings(max_examples=60, deadline=None)
@given(reason=_texts, state=st.sampled_from(list(RegionState)), number=st.integers(1, 12))
def test_a_reason_of_any_length_never_pushes_out_what_became_of_it(
    reason: str, state: RegionState, number: int
) -> None:
    replaced = "the rollback replaced app:9"
    part = RegionProgress("xx-region-1", state, reason, "rolling back to app:6", replaced)
    subject = Subject("us-east-1", "shop", "01234567-89ab-cdef-0123-456789abcdef")
    card = render(Release(subject, 1, None, 1, None, None, SourceRevision(), (), (part,) * number, ()))
    assert str(card.blocks).count("rolling back to app:6") == number
    assert str(card.blocks).count(replaced) == number


@settings(max_examples=30, deadline=None)
@given(broken=st.sets(st.integers(0, 199), min_size=1, max_size=12))
def test_f41_no_broken_region_is_lost_among_two_hundred(broken: set[int]) -> None:
    parts = tuple(
        RegionProgress(f"xx-region-{number}", RegionState.FAILED if number in broken else RegionState.PASSED, "why")
        for number in range(200)
    )
    subject = Subject("us-east-1", "shop", "01234567-89ab-cdef-0123-456789abcdef")
    shown = str(render(Release(subject, 1, State.FAILED, 1, None, None, SourceRevision(), (), parts, ())).blocks)
    assert all(f":x: *xx-region-{number}* failed" in shown for number in broken)


@settings(max_examples=60, deadline=None)
@given(
    decisions=st.lists(DRAWN.decisions, max_size=6),
    offers=st.lists(DRAWN.offers, max_size=30),
    regions=st.integers(0, 200),
    text=_texts,
)
def test_f41_a_full_card_has_room_for_buttons(
    decisions: list[TakenDecision], offers: list[Offer], regions: int, text: str
) -> None:
    failed = tuple(RegionProgress(f"xx-region-{number}", RegionState.FAILED, text, text) for number in range(regions))
    subject = Subject("us-east-1", "shop", "01234567-89ab-cdef-0123-456789abcdef")
    release = Release(
        subject,
        1,
        None,
        1,
        None,
        None,
        SourceRevision("c" * 40, text, text, text),
        (),
        failed,
        (),
        preflight=(Concern("plan", text, severe=True),),
        decisions=tuple(decisions),
        offers=tuple(offers),
    )
    assert blocks_of({"blocks": render(release).blocks})  # the local account's Slack counts as Slack does
