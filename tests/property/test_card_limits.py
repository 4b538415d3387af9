"""Whatever a release holds, its card stays within Slack's limits and says what matters."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.cards.layout import Card
from crosscheck.cards.release import render
from crosscheck.ledger.subjects import Subject
from crosscheck.releases.model import Concern, RegionProgress, RegionState, Release, SourceRevision

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
