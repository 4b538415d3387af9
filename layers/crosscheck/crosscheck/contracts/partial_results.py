"""Several reads of one thing, each of them right, wrong or unknown, and what they say combine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crosscheck.aws_errors import AWS_ERRORS, explain_with_right
from crosscheck.contracts.check import Outcome
from crosscheck.contracts.verdicts import Verdict


@dataclass(frozen=True)
class Facet:
    """What one read says. ``seen`` is for the ledger; ``problem`` says what is wrong, with the fix; ``unknown`` says
    why it cannot be known. Where both are empty, it is right. ``remark`` is about what works and is unwise."""

    seen: str = ""
    problem: str = ""
    unknown: str = ""
    remark: str = ""


def read_facet(read: Callable[[], Facet], region: str, resource: str) -> Facet:
    """The aspect; one that AWS refuses or does not answer is unknown, and leaves the others known."""
    try:
        return read()
    except AWS_ERRORS as error:
        return Facet(unknown=explain_with_right(error, region, resource))


def combine(aspects: Sequence[Facet], proven: str, prefix: str = "") -> Outcome:
    """One problem is a FAIL, whatever else is unknown; the reason names them all after the ``prefix``. ``proven`` is
    the reason of a PASS."""
    problems = [aspect.problem for aspect in aspects if aspect.problem]
    unknown = [aspect.unknown for aspect in aspects if aspect.unknown]
    if not problems and not unknown:
        return Outcome(Verdict.PASS, proven)
    reason = prefix + "; ".join([*problems, *unknown])
    return Outcome(Verdict.FAIL if problems else Verdict.INCONCLUSIVE, reason)


def values(aspects: Mapping[str, Facet]) -> Mapping[str, str]:
    """What was seen, by the aspect's name."""
    return {name: aspect.seen for name, aspect in aspects.items() if aspect.seen}


def remarks(aspects: Mapping[str, Facet]) -> str:
    """What works and is unwise, as the warning of a finding."""
    return "; ".join(aspect.remark for aspect in aspects.values() if aspect.remark)
