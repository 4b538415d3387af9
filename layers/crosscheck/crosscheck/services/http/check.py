"""The check ``http``: the page of the region answers as it should."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, Outcome, PlannedCheck
from crosscheck.contracts.parameters import Parameter, text, whole
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.errors import ConfigurationError
from crosscheck.services.http.addresses import Policy
from crosscheck.services.http.probe import (
    BODY_LIMIT,
    QUOTED,
    NoAnswerError,
    NoWayError,
    Page,
    Probe,
    RefusedAddressError,
)
from crosscheck.services.http.url import URL_LIMIT, Url, parse_url
from crosscheck.text import one_line

DEFAULT_STATUS = 200
LATENCY_LIMIT = 10_000
_REDIRECTS = range(300, 400)


def _read_url(value: object) -> str | None:
    """The URL, read so that a wrong one is refused when the plan is read, with what is wrong."""
    if not isinstance(value, str):
        return None
    try:
        parse_url(value)
    except ConfigurationError as error:
        raise ConfigurationError(f"checks: http: {error}") from None
    return value


def _probe() -> Probe:
    return Probe(Policy.from_env(os.environ))


@dataclass(frozen=True)
class Http(Check):
    """A page that does not answer fails: the region does not serve. What must not be probed, or cannot be from the
    network of Crosscheck's function, is INCONCLUSIVE."""

    kind = "http"
    parameters = {
        "url": Parameter(f"a URL of up to {URL_LIMIT} characters", _read_url, needed=True),
        "status": whole(200, 599),
        "contains": text(),
        "latency_ms": whole(1, LATENCY_LIMIT),
    }

    probe: Callable[[], Probe] = _probe

    def run(self, planned: PlannedCheck, _aws: Clients) -> Finding:
        """Ask for the page once."""
        try:
            url = parse_url(planned.parameters["url"])
            page = self.probe().get(url)
        except (ConfigurationError, RefusedAddressError) as error:
            return planned.finding(Verdict.INCONCLUSIVE, str(error))
        except NoWayError as error:
            return planned.finding(Verdict.INCONCLUSIVE, f"{url.shown}: {error}")
        except NoAnswerError as error:
            return planned.finding(Verdict.FAIL, f"{url.shown}: {error}")
        outcome = judge_page(url, page, planned.parameters)
        values = {"status": str(page.status), "milliseconds": str(page.milliseconds), "address": page.address}
        return planned.finding(outcome.verdict, outcome.reason, values)


def judge_page(url: Url, page: Page, expected: Mapping[str, str]) -> Outcome:
    """Whether an answer is as expected. At most one line of the page's text is quoted."""
    status = int(expected.get("status", DEFAULT_STATUS))
    if page.status != status:
        return Outcome(Verdict.FAIL, f"{url.shown} answers {page.status}, expected {status}{_said(page)}")
    wanted = expected.get("contains", "")
    if wanted.encode() not in page.body:
        within = "" if page.whole else f" in its first {BODY_LIMIT // 1024} KiB"
        return Outcome(Verdict.FAIL, f"{url.shown} does not contain {one_line(wanted, QUOTED)!r}{within}{_said(page)}")
    limit = int(expected.get("latency_ms", LATENCY_LIMIT))
    if page.milliseconds > limit:
        return Outcome(Verdict.FAIL, f"{url.shown} took {page.milliseconds} ms, more than {limit} ms")
    return Outcome(Verdict.PASS, f"{url.shown} answers {page.status} in {page.milliseconds} ms")


def _said(page: Page) -> str:
    if page.status in _REDIRECTS and page.location:
        # What stands before an @ may be a token, wherever a server put the @.
        _, at, rest = one_line(page.location).rpartition("@")
        shown = one_line(f"…@{rest}" if at else rest, QUOTED)
        return f": a redirect to {shown}, which is not followed"
    beginning = one_line(page.body.decode(errors="replace"), QUOTED)
    return f"; it says {beginning!r}" if beginning else ""
