"""Whatever a release holds, its card and its details stay within Slack's limits, and say what matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from crosscheck.cards.details import details, details_card
from crosscheck.cards.release import render
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.ledger.states import RollbackState, State
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
from local.slack.block_rules import problems
from tests.builders.releases import Facts, deploys

if TYPE_CHECKING:
    from crosscheck.cards.layout import Card

MESSAGE, METADATA = 13_000, 8_000
LONG_URL = "https://console.aws.amazon.com/" + "x" * 960

_texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["<&>" * 700, "*_~`" * 500, "x" * 2_000, "<!channel> @here", "&amp;" * 400, "a\n" * 900]),
)
_urls = st.sampled_from(["", "https://a.example/", LONG_URL])
_names = st.one_of(_texts, st.integers(1, 999).map("xx-region-{}".format))
_regions = st.builds(
    RegionProgress,
    _names,
    st.sampled_from([None, *RegionState]),
    _texts,
    _texts,
    _texts,
    since=st.sampled_from([None, 1.0]),
    seconds=st.sampled_from([None, 90_000.0]),
    gates=st.lists(_texts, max_size=6).map(tuple),
    rollback=st.sampled_from([None, *RollbackState]),
)


def _some[T](items: st.SearchStrategy[T], most: int) -> st.SearchStrategy[tuple[T, ...]]:
    """A few different ones, or as many as there may ever be."""
    few = st.lists(items, max_size=2).map(tuple)
    return st.builds(lambda found, times: found * times, few, st.sampled_from([1, most // 2]))


_images = st.builds(
    ImageArrival,
    st.just(ImageSubject("us-east-1", "shop", "sha256:" + "0" * 64)),
    st.just(1),
    st.sampled_from(RegionState),
    _texts,
    st.sampled_from([None, 1.0]),
    st.lists(st.builds(RegionProgress, _names, st.sampled_from(RegionState)), max_size=3).map(tuple),
)
_releases: st.SearchStrategy[Release] = st.builds(
    Release,
    subject=st.builds(Subject, st.just("us-east-1"), _texts.filter(bool), st.just("01234567-89ab-cdef")),
    version=st.just(1),
    state=st.sampled_from([None, *State]),
    attempt=st.integers(1, 99),
    started=st.sampled_from([None, 1.0]),
    seconds=st.sampled_from([None, 90_000.0]),
    revision=st.builds(SourceRevision, _texts, _texts, _texts, _texts, _texts, _urls),
    stages=_some(st.builds(StageProgress, _texts, st.sampled_from([None, *State]), st.just(9.0), _texts), 50),
    regions=_some(_regions, 200),
    failures=_some(st.builds(Failure, _texts, _texts, _some(_names, 6), _texts, _urls, st.booleans()), 30),
    images=_some(_images, 10),
    trigger=st.sampled_from(["", "ManualRollback", "StartPipelineExecution"]),
    started_by=_texts,
    preflight=_some(st.builds(Concern, _names, _texts, st.booleans(), st.booleans(), st.booleans()), 60),
    word=_texts,
    approvals=_some(st.builds(Approval, _texts, _texts, st.just(1), st.just(1.0), _urls, _texts, _texts), 10),
)
_findings = st.lists(
    st.builds(Finding, _texts, st.one_of(_texts, _urls), st.sampled_from(Verdict), _texts, st.just({"p99": "x" * 400})),
    min_size=1,
    max_size=3,
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
    assert not any("<!" in text for text in texts if text != card.blocks[0]["text"]["text"])  # plain text


@settings(max_examples=60, deadline=None)
@given(release=_releases)
def test_f41_f42_any_release_stays_within_slacks_limits_and_is_disarmed(release: Release) -> None:
    check(render(release))


@settings(max_examples=15, deadline=None)
@given(release=_releases, findings=_findings, regions=st.sampled_from([1, 40, 200]))
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
