from typing import Any

import pytest

from crosscheck.errors import UnreadableEventError
from crosscheck.events.changes import parse
from crosscheck.ledger.subjects import ImageSubject
from tests.builders import changes, events

DIGEST = "sha256:5951942c7acf" + "0" * 52


def _push(**detail: Any) -> dict[str, Any]:
    event = events.load("ecr_image_push")
    event["detail"] |= detail
    return event


def test_a_push_is_a_fact_and_starts_a_verification() -> None:
    change = changes.parse(events.load("ecr_image_push"))
    assert change.subject == ImageSubject("us-east-1", "my-service", DIGEST)
    assert change.fact.latest == {"tags": {}, "pushed": 1772618440.0}
    assert list(change.fact.once.values()) == [{"tag": "4f1e2d3", "pushed": 1772618440.0}]
    assert change.verification is not None
    assert change.verification.input == {"subject": change.subject.key, "pushed": "2026-03-04T10:00:40+00:00"}
    assert not change.notify_card


def test_f01_every_delivery_of_a_push_has_the_same_name_within_step_functions_limit() -> None:
    first, again = (changes.parse(events.load("ecr_image_push")).verification for _ in range(2))
    assert first == again
    assert first is not None
    assert first.name == f"{DIGEST[7:55]}-{first.name.split('-')[1]}-{1772618440 // 600}"
    assert len(first.name) <= 80


def test_another_repository_tag_region_or_push_has_another_name() -> None:
    others = (
        _push(),
        _push(**{"repository-name": "other"}),
        _push(**{"image-tag": "latest"}),
        {**_push(), "region": "eu-west-1"},
        {**_push(), "time": "2026-03-04T11:00:41Z"},
    )
    assert len({getattr(changes.parse(event).verification, "name", "") for event in others}) == len(others)


def test_f71_an_event_that_was_stamped_anew_on_its_way_is_verified_once() -> None:
    """EventBridge gives an event that it forwards to another region a new id and a new time."""
    stamped = {**_push(), "id": "another", "time": "2026-03-04T10:00:43Z"}
    first, again = (changes.parse(event).verification for event in (_push(), stamped))
    assert first
    assert again
    assert first.name == again.name


@pytest.mark.parametrize(
    "detail", [{"action-type": "DELETE"}, {"result": "FAILURE"}, {"image-tag": ""}, {"image-tag": None}]
)
def test_what_is_no_finished_push_of_a_tagged_image_means_nothing(detail: dict[str, Any]) -> None:
    assert parse(_push(**detail)) is None


@pytest.mark.parametrize(
    ("detail", "named"),
    [
        ({"image-digest": "latest"}, "image-digest"),
        ({"image-digest": None}, "image-digest"),
        ({"repository-name": "Upper"}, "repository-name"),
        ({"repository-name": "a#b"}, "repository-name"),
        ({"repository-name": "x" * 300}, "repository-name"),
    ],
)
def test_f05_an_unreadable_push_is_refused_with_the_fields_name(detail: dict[str, Any], named: str) -> None:
    with pytest.raises(UnreadableEventError, match=named):
        parse(_push(**detail))


@pytest.mark.parametrize("repository", ["team/app", "a1", "my-service", "a.b_c/d-e/f"])
def test_repository_names_that_ecr_allows(repository: str) -> None:
    subject = changes.parse(_push(**{"repository-name": repository})).subject
    assert isinstance(subject, ImageSubject)
    assert subject.repository == repository
