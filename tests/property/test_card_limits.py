"""Whatever a release holds, its card stays within Slack's limits and says what matters."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.cards.layout import Card
from crosscheck.cards.release import render
from crosscheck.decisions.request import DecisionRequest, Offer
from crosscheck.ledger.decision_facts import DecisionKind, DecisionState, TakenDecision
from crosscheck.ledger.subjects import Subject
from crosscheck.releases.model import Concern, RegionProgress, RegionState, Release, SourceRevision
from local.slack.content import blocks_of

MESSAGE, SECTION, BLOCKS = 13_000, 3_000, 50

_texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["<&>" * 700, "*_~`" * 500, "x" * 2_000, "<!channel> @here", "&amp;" * 400, "a\n" * 900]),
)
_regions = st.lists(
    st.builds(RegionProgress, st.just("xx-region-1"), st.sampled_from([None, *RegionState]), _texts, _texts, _texts),
    max_size=60,
)
_concerns = st.lists(st.builds(Concern, st.sampled_from(["plan", "xx-region-1"]), _texts, st.booleans()), max_size=60)


def _card(regions: list[RegionProgress], concerns: list[Concern]) -> Card:
    subject = Subject("us-east-1", "shop", "01234567-89ab-cdef-0123-456789abcdef")
    release = Release(
        subject, 1, None, 1, None, None, SourceRevision(), (), tuple(regions), (), preflight=tuple(concerns)
    )
    return render(release)


@settings(max_examples=60, deadline=None)
@given(regions=_regions, concerns=_concerns)
def test_f41_f42_any_texts_stay_within_slacks_limits_and_are_disarmed(
    regions: list[RegionProgress], concerns: list[Concern]
) -> None:
    card = _card(regions, concerns)
    sections = [block["text"]["text"] for block in card.blocks if block["type"] == "section"]
    assert len(card.blocks) <= BLOCKS
    assert all(len(text) <= SECTION for text in sections)
    assert sum(map(len, sections)) <= MESSAGE
    assert not any("<!" in text for text in sections)


@settings(max_examples=60, deadline=None)
@given(reason=_texts, state=st.sampled_from(list(RegionState)))
def test_a_reason_of_any_length_never_pushes_out_what_became_of_it(reason: str, state: RegionState) -> None:
    replaced = "the rollback replaced app:9"
    card = _card([RegionProgress("xx-region-1", state, reason, "rolling back to app:6", replaced)], [])
    assert str(card.blocks).count("rolling back to app:6") == 1
    assert str(card.blocks).count(replaced) == 1


_people = st.builds(
    TakenDecision,
    question=st.just("stop/1/0"),
    kind=st.sampled_from(DecisionKind),
    state=st.sampled_from(DecisionState),
    by=st.just("U0123456789"),
    at=st.just(1.0),
    where=_texts,
    reason=_texts,
    outcome=_texts,
)
_offers = st.builds(
    Offer,
    st.builds(
        DecisionRequest,
        st.sampled_from(DecisionKind),
        st.just(Subject("us-east-1", "p" * 100, "01234567-89ab-cdef-0123-456789abcdef")),
        st.just("s" * 100),
        st.just("a" * 100),
    ),
    _texts,
    _texts.map(lambda text: f"Goes back to {text}") | st.just(""),
)


@settings(max_examples=60, deadline=None)
@given(
    decisions=st.lists(_people, max_size=6),
    offers=st.lists(_offers, max_size=30),
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
