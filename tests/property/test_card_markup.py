"""Whatever text others put into a release, Slack finds only those links and mentions in it that are meant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.cards.details import details, details_card
from crosscheck.cards.image import render_image
from crosscheck.cards.release import render
from crosscheck.cards.reply import reply_card
from crosscheck.cards.slack import Slack
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.releases.model import (
    Approval,
    Concern,
    Failure,
    ImageArrival,
    RegionProgress,
    RegionState,
    Release,
    SourceRevision,
    StageProgress,
)
from crosscheck.releases.moments import Moment, MomentKind
from tests.builders.releases import Facts, deploys
from tests.fakes.slack_mrkdwn import Link, Mention, NoMarkupError, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crosscheck.cards.layout import Card

SECTION, MESSAGE, BLOCKS, HEADER = 3_000, 13_000, 50, 150
PERSON = "U0123456789"
LABELS = {"open in CodePipeline", "review it", "details"}

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
_subjects = st.builds(Subject, _short, _short, _short)
_progress = st.builds(
    RegionProgress,
    _texts,
    st.sampled_from([None, *RegionState]),
    _texts,
    _texts,
    gates=st.lists(_texts, max_size=2).map(tuple),
)
_images = st.builds(
    ImageArrival,
    st.builds(ImageSubject, _short, _short, _short),
    st.just(1),
    st.sampled_from(RegionState),
    _short,
    st.just(1.0),
    st.lists(_progress, max_size=2).map(tuple),
)
_releases: st.SearchStrategy[Release] = st.builds(
    Release,
    subject=_subjects,
    version=st.just(1),
    state=st.sampled_from([None, *State]),
    attempt=st.integers(1, 3),
    started=st.just(1.0),
    seconds=st.just(5.0),
    revision=st.builds(SourceRevision, _texts, _texts, _texts, _texts, _texts, _urls),
    stages=st.lists(st.builds(StageProgress, _texts, st.sampled_from([None, *State]), word=_texts), max_size=2).map(
        tuple
    ),
    regions=st.lists(_progress, max_size=3).map(tuple),
    failures=st.lists(
        st.builds(Failure, _texts, _texts, st.lists(_texts, max_size=2).map(tuple), _texts, _urls, st.booleans()),
        max_size=2,
    ).map(tuple),
    images=st.lists(_images, max_size=2).map(tuple),
    trigger=st.one_of(_short, st.sampled_from(["ManualRollback", "StartPipelineExecution"])),
    started_by=_texts,
    preflight=st.lists(st.builds(Concern, _texts, _texts, st.booleans(), st.booleans(), st.booleans()), max_size=3).map(
        tuple
    ),
    word=_texts,
    approvals=st.lists(
        st.builds(Approval, _texts, _texts, st.just(1), st.just(1.0), _urls, _texts, _texts), max_size=2
    ).map(tuple),
)
_findings = st.lists(
    st.builds(
        Finding,
        _texts,
        st.one_of(_texts, _urls),
        st.sampled_from(Verdict),
        _texts,
        st.dictionaries(_texts, _texts, max_size=3),
        warning=_texts,
    ),
    min_size=1,
    max_size=4,
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
def test_a_card_holds_no_link_and_no_mention_of_others(release: Release, before: str) -> None:
    card = render(release)
    found = judged(card.continuing(before) if before else card)
    assert not [each for each in found if isinstance(each, Mention)]
    for link in (each for each in found if isinstance(each, Link)):
        assert link.label in LABELS or link.url in {release.revision.url, *(each.url for each in release.failures)}
        assert urlsplit(link.url).scheme == "https"


@settings(max_examples=50, deadline=None)
@given(image=_images)
def test_an_images_card_holds_neither(image: ImageArrival) -> None:
    assert not judged(render_image(image))


@settings(max_examples=60, deadline=None)
@given(release=_releases, findings=_findings)
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
@given(subject=_subjects, moments=_moments, person=st.one_of(st.just(PERSON), _texts))
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
