"""An update of a stack, or its return to an earlier version: the table holds words that this version does not know."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.cards.release import render
from crosscheck.contracts.verdicts import Finding, Verdict, judge
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.decision_facts import DecisionKind, DecisionState, TakenDecision
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackClaim
from crosscheck.ledger.states import RollbackState
from crosscheck.ledger.stored_fact import StoredFact
from crosscheck.ledger.table import Ledger, Record, item_key
from crosscheck.releases.fold import fold
from crosscheck.releases.model import RegionProgress
from crosscheck.releases.next_step import next_step
from crosscheck.releases.offers import offers_of
from crosscheck.releases.proven import passed
from tests.builders import events, tables
from tests.builders.releases import SUBJECT, Facts, deploys
from tests.builders.stored_facts import FACTS, document, sample, stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "eu-west-1"
CLAIM = RollbackClaim("Deploy", REGION, 1)
# What takes something back, or lets what failed go on.
RISKY = {DecisionKind.ROLL_BACK, DecisionKind.RETRY, DecisionKind.APPROVE}

type Path = tuple[str | int, ...]


def enums(kind: Any) -> Iterator[tuple[Path, type[StrEnum]]]:
    """Where a fact of this type has a word of an enumeration, and of which."""
    for name, hint in get_type_hints(kind).items():
        for each in (hint, *get_args(hint)):
            inside: Path = (name, 0) if get_origin(hint) is tuple else (name,)
            if isinstance(each, type) and issubclass(each, StrEnum):
                yield inside, each
            elif dataclasses.is_dataclass(each):
                yield from ((inside + path, found) for path, found in enums(each))


def put(value: Any, path: Path, word: str) -> Any:
    """The document with another word there."""
    changed = copy.deepcopy(value)
    *outer, last = path
    inner = changed
    for step in outer:
        inner = inner[step]
    inner[last] = word
    return changed


PLACES = [(kind, path, words) for kind in FACTS for path, words in enums(kind)]
IDS = [f"{kind.__name__}.{'.'.join(map(str, path))}" for kind, path, _ in PLACES]


def read_at(fact: Any, path: Path) -> Any:
    for step in path:
        fact = fact[step] if isinstance(step, int) else getattr(fact, step)
    return fact


def texts(value: Any) -> Iterator[str]:
    """All texts of a fact."""
    if isinstance(value, Mapping | list | tuple):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def test_the_places_are_those_of_the_facts() -> None:
    assert {"StageState.run.state", "JudgeVerdict.judged.findings.0.verdict", "RefusedClick.kind"} <= set(IDS)


@pytest.mark.parametrize(("kind", "path", "words"), PLACES, ids=IDS)
@given(word=st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=30))
def test_f56_a_word_of_a_later_version_is_unknown_in_its_field_and_told(
    kind: type[StoredFact], path: Path, words: type[StrEnum], word: str
) -> None:
    record = document(stored(sample(kind)))
    if word in words:
        return
    read = kind.from_record(dataclasses.replace(record, latest=put(record.latest, path, word)))
    unknown = read_at(read, path)
    assert unknown in {None, "UNKNOWN", "unknown", Verdict.INCONCLUSIVE}
    assert any(word in text for text in texts(dataclasses.asdict(read)))
    # All else is as it was.
    known = kind.from_record(dataclasses.replace(record, latest=put(record.latest, path, next(iter(words)))))
    differing = {
        each.name for each in dataclasses.fields(kind) if getattr(read, each.name) != getattr(known, each.name)
    }
    assert differing <= {path[0], "outcome", "reason", "why"}


def test_what_no_version_writes_is_still_refused() -> None:
    kind, path, _ = PLACES[0]
    record = document(stored(sample(kind)))
    with pytest.raises(ConfigurationError):
        kind.from_record(dataclasses.replace(record, latest=put(record.latest, path, [])))  # type: ignore[arg-type]


def failed() -> Facts:
    """A release whose only region has failed, after it was deployed well; a rollback is suggested."""
    facts = Facts().outline(("Deploy", [deploys("One", REGION)])).event(events.pipeline("STARTED"))
    facts.event(events.action("Deploy", "One", "SUCCEEDED", 5, region=REGION)).event(
        events.stage("Deploy", "FAILED", 9)
    )
    facts.event(events.pipeline("FAILED", 10))
    facts.verdict("Deploy", judge(REGION, [Finding("ecs-service", "app", Verdict.FAIL, "0 of 2 tasks run")]), 12)
    return facts.rollback("Deploy", REGION, RollbackState.SUGGESTED, "the mode is suggest", 14, target="app:6")


def offered(known: KnownFacts) -> set[tuple[DecisionKind, str, str]]:
    offers = offers_of(fold(SUBJECT, known), known, may_roll_back=True)
    return {(each.request.kind, each.request.stage, each.request.place) for each in offers}


def later(facts: Facts, name: str, *path: str | int, word: str = "PAUSED") -> KnownFacts:
    """What is known, with a later version's word at that place of the fact."""
    record = facts.records[name]
    changed = dataclasses.replace(record, latest=put(document_of(record), path, word))
    return KnownFacts({**facts.records, name: changed})


def document_of(record: Record) -> Any:
    """As JSON holds it."""
    return json.loads(json.dumps(record.latest))


def region(known: KnownFacts) -> RegionProgress:
    (only,) = fold(SUBJECT, known).regions
    return only


ROLLBACK = (DecisionKind.ROLL_BACK, "Deploy", REGION)


def test_f56_a_rollback_in_an_unknown_state_is_offered_by_nobody_and_seen_by_a_person() -> None:
    assert ROLLBACK in offered(failed().known)
    known = later(failed(), f"rollback/Deploy/{REGION}", "state")
    assert ROLLBACK not in offered(known)
    told = "what became of the rollback is unknown: this version of Crosscheck does not know “PAUSED”"
    assert (region(known).state, region(known).follow_up) == ("failed", f"{told}: the mode is suggest")
    assert f"a person has to look at {REGION}" in next_step(fold(SUBJECT, known))
    assert "PAUSED" in str(render(fold(SUBJECT, known)).blocks)


def test_f56_a_verdict_that_cannot_be_read_is_unknown_and_nothing_is_taken_back_for_it() -> None:
    known = later(failed(), f"verdict/Deploy/{REGION}", "judged", "verdict", word="DEGRADED")
    assert ROLLBACK not in offered(known)
    told = "this version of Crosscheck does not know “DEGRADED”: 0 of 2 tasks run"
    assert (region(known).state, region(known).reason) == ("unknown", told)


def test_f56_a_verdict_that_cannot_be_read_is_no_pass() -> None:
    facts = Facts().outline(("Deploy", [deploys("One", REGION)])).event(events.pipeline("STARTED"))
    facts.event(events.action("Deploy", "One", "SUCCEEDED", 5, region=REGION))
    facts.verdict("Deploy", judge(REGION, [Finding("ecs-service", "app", Verdict.PASS, "2 of 2 tasks run")]), 9)
    assert passed(facts.known, "Deploy", REGION)
    known = later(facts, f"verdict/Deploy/{REGION}", "judged", "verdict", word="PERFECT")
    assert not passed(known, "Deploy", REGION)
    assert region(known).state == "unknown"


def test_f56_a_decision_whose_outcome_cannot_be_read_is_not_offered_again() -> None:
    facts = failed()
    question = f"roll_back/Deploy/{REGION}/1/0"
    for state, again in ((DecisionState.REFUSED, True), (DecisionState.DONE, False)):
        facts.add(TakenDecision(question, DecisionKind.ROLL_BACK, state, "U1", 20.0, "there").to_fact())
        assert (ROLLBACK in offered(facts.known)) == again
    known = later(facts, f"decision/{question}", "state")
    assert ROLLBACK not in offered(known)
    assert "what came of it is unknown" in str(render(fold(SUBJECT, known)).blocks)


def test_f56_a_decision_of_an_unknown_kind_stands_on_the_card() -> None:
    facts = failed().add(TakenDecision("pause/1/0", DecisionKind.STOP, DecisionState.DONE, "U1", 20.0).to_fact())
    blocks = str(render(fold(SUBJECT, later(facts, "decision/pause/1/0", "kind", word="pause"))).blocks)
    assert "decided by" in blocks
    assert "“pause”" in blocks


@given(data=st.data())
def test_f56_whatever_a_later_version_wrote_the_card_is_shown_and_nothing_risky_is_offered_for_it(
    data: st.DataObject,
) -> None:
    facts = failed()
    facts.event(events.stage("Prove", "STARTED", 20)).event(events.action("Prove", "Gate", "FAILED", 22, region=REGION))
    records = dict(facts.records)
    of_facts = [
        (name, path) for name in records for kind in FACTS if name.split("/")[0] == kind.name for path, _ in enums(kind)
    ]
    for name, path in data.draw(st.lists(st.sampled_from(of_facts), min_size=1, unique=True)):
        record = records[name]
        records[name] = dataclasses.replace(record, latest=put(document_of(record), path, "PAUSED"))
    known = KnownFacts(records)
    assert render(fold(SUBJECT, known)).blocks
    risky = {offer for offer in offered(known) if offer[0] in RISKY}
    assert risky <= offered(facts.known)


def test_f56_a_claim_that_cannot_be_read_is_taken(ledger_table: DynamoDBClient) -> None:
    ledger = Ledger(ledger_table, tables.NAME, 90)
    ledger.client.put_item(
        TableName=tables.NAME,
        Item={
            **item_key(SUBJECT.key, CLAIM.name),
            "once_held_by": {"S": '{"execution":"verification-1"}'},
            "revision": {"N": "1"},
        },
    )
    assert KnownFacts(ledger.read(SUBJECT)).holder(CLAIM) not in {"", "verification-1"}
    assert not ledger.claim(SUBJECT, CLAIM.name, "verification-1")
    assert not ledger.claim(SUBJECT, CLAIM.name, "verification-2")
