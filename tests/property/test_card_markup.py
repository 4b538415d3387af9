"""Whatever text others put into a release, Slack finds only those links and mentions in it that are meant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.cards.buttons import MOST_DECISIONS
from crosscheck.cards.details import details, details_card
from crosscheck.cards.image import render_image
from crosscheck.cards.release import render
from crosscheck.cards.reply import reply_card
from crosscheck.cards.slack import Slack
from crosscheck.contracts.verdicts import Finding, judge
from crosscheck.ledger.subjects import Subject
from crosscheck.releases.model import (
    ImageArrival,
    RegionProgress,
    RegionState,
    Release,
)
from crosscheck.releases.moments import Moment, MomentKind
from tests.builders.release_strategies import GROUP, PERSON, ReleaseStrategies
from tests.builders.releases import Facts, deploys
from tests.fakes.slack_mrkdwn import Link, Mention, NoMarkupError, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.cards.layout import Card

SECTION, MESSAGE, BLOCKS, HEADER = 3_000, 13_000, 50, 150
LABELS = {"open in CodePipeline", "review it", "details", "see the deployment"}

_HOSTILE = [
    "<!channel>", "<!here|x>", "<@U0123456789>", "<#C0123456789>", "<!subteam^S0123456789>", "<http://evil.example|ok>",
    "<https://||>", "<https://…||>", "@here", "@channel", "#general", "https://evil.example/", "www.evil.example",
    "evil.example", "me@evil.example", "|", "||", "<", ">", "&", "&lt;!channel&gt;", "&amp;lt;", "`", "```", "*", "_",
    "~", "\n", "\r", "\t", "\0", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u034f", "\u3164",
    "\u2800", "\ufe0f", "\U000e0041", "\ud800", "xn--80ak6aa92e.com", "http:", "//", "|x>", "%7C", " ",
]  # fmt: skip
_pieces = st.one_of(st.sampled_from(_HOSTILE), st.text(max_size=5))
_short = st.lists(_pieces, max_size=6).map("".join)
_texts = st.one_of(_short, st.sampled_from(_HOSTILE).map(lambda piece: piece * 300))
_urls = st.one_of(
    _texts,
    st.builds(lambda host, path: f"https://{host}/{path}", _short, _texts),
    st.sampled_from(
        [
            "https://",
            "https:///path",
            "https://user:word@evil.example/",
            "https://console.aws.amazon.com/x|<!channel>",
            "https://console.aws.amazon.com/" + "&" * 480,
            "https://console.aws.amazon.com/" + "x" * 6_000,
            "javascript:alert(1)",
            "https://[::1",
            "https://a.example:99999/",
        ]
    ),
)


def _few[T](items: st.SearchStrategy[T], most: int) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(items, max_size=min(most, 3)).map(tuple)


DRAWN = ReleaseStrategies(_texts, _texts, _urls, st.builds(Subject, _short, _short, _short), _few)
_releases = st.builds(
    lambda release, decisions, offers: replace(release, decisions=decisions, offers=offers),
    DRAWN.releases,
    st.lists(DRAWN.decisions, max_size=7).map(tuple),
    st.lists(DRAWN.offers, max_size=12).map(tuple),
)
_moments = st.lists(
    st.builds(Moment, st.sampled_from(MomentKind), _texts, _texts, _texts, _urls), min_size=1, max_size=25
)


def sent(card: Card, monkeypatch: pytest.MonkeyPatch, *, reply: bool = False) -> list[Mapping[str, Any]]:
    """The calls to Slack: with blocks, and those in which it refuses them."""
    calls: list[dict[str, Any]] = []
    slack = Slack("token", "http://127.0.0.1:1/api/")

    def call(_method: str, payload: dict[str, Any]) -> dict[str, str]:
        calls.append(payload)
        return {"ts": "1.0"}

    monkeypatch.setattr(slack, "_call", call)
    if reply:
        slack.reply("C0RELEASES", "1.0", card)
    else:
        slack.post("C0RELEASES", card)
    return [*calls, {**calls[0], "blocks": []}]


def judged(card: Card, *, reply: bool = False) -> list[Link | Mention]:
    with pytest.MonkeyPatch.context() as patch:
        messages = sent(card, patch, reply=reply)
    texts = [each["text"]["text"] for each in card.blocks if each["type"] == "section"]
    assert all(0 < len(text) <= SECTION for text in texts)
    assert all(len(each["text"]["text"]) <= HEADER for each in card.blocks if each["type"] == "header")
    assert sum(map(len, texts)) <= MESSAGE
    assert len(card.text) <= SECTION
    assert len(card.blocks) <= BLOCKS
    return [found for message in messages for found in parsed(message)]


@settings(max_examples=100, deadline=None)
@given(release=_releases, before=st.sampled_from(["", "1767225600.000100"]))
def test_a_card_holds_no_link_of_others_and_mentions_only_who_decided(release: Release, before: str) -> None:
    card = render(release)
    found = judged(card.continuing(before) if before else card)
    decided = {f"@{PERSON}"} if any(each.by == PERSON for each in release.decisions[-MOST_DECISIONS:]) else set()
    asked = {f"@{PERSON}", f"!subteam^{GROUP}"} if release.approvers and release.approvals else set()
    assert {each.markup for each in found if isinstance(each, Mention)} == decided | asked
    for link in (each for each in found if isinstance(each, Link)):
        assert link.label in LABELS or link.url in {release.revision.url, *(each.url for each in release.failures)}
        assert urlsplit(link.url).scheme == "https"


@settings(max_examples=50, deadline=None)
@given(image=DRAWN.images)
def test_an_images_card_holds_neither(image: ImageArrival) -> None:
    assert not judged(render_image(image))


@settings(max_examples=60, deadline=None)
@given(release=_releases, findings=DRAWN.findings)
def test_details_link_to_the_pages_that_were_looked_at_and_to_nothing_else(
    release: Release, findings: list[Finding]
) -> None:
    known = Facts().outline(("World", [deploys("One", "eu-west-1")])).verdict("World", judge("eu-west-1", findings))
    region = RegionProgress("eu-west-1", RegionState.FAILED)
    told = details(replace(release, regions=(region, *release.regions)), known.known)
    found = judged(details_card(release, told), reply=True)
    assert {each.url for each in found if isinstance(each, Link)} <= {finding.target for finding in findings}
    assert not [each for each in found if isinstance(each, Mention)]


@settings(max_examples=80, deadline=None)
@given(subject=DRAWN.subjects, moments=_moments, person=st.one_of(st.just(PERSON), _texts))
def test_a_reply_mentions_whom_it_shall_and_nobody_else(subject: Subject, moments: list[Moment], person: str) -> None:
    found = judged(reply_card(subject, moments, person), reply=True)
    mentions = {each.markup for each in found if isinstance(each, Mention)}
    assert mentions == ({f"@{PERSON}"} if person == PERSON else set())
    assert {each.label for each in found if isinstance(each, Link)} <= LABELS


@pytest.mark.parametrize(
    "text",
    ["<https://…||>", "<https://a.example|>", "<https://|x>", "a < b", "a & b", "\u202eabc", "<https://u:w@a.example>"],
)
def test_the_parser_refuses_what_is_no_markup(text: str) -> None:
    with pytest.raises(NoMarkupError):
        parsed({"text": text, "parse": "none"})


@pytest.mark.parametrize("text", ["see https://a.example/", "ask @here", "in #general", "a.example", "me@a.example"])
def test_the_parser_finds_what_slack_makes_of_text_by_itself(text: str) -> None:
    with pytest.raises(NoMarkupError):
        parsed({"text": text})
    with pytest.raises(NoMarkupError):
        parsed({"text": "", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]})
    assert not parsed({"text": text, "parse": "none"})
