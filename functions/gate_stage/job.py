"""The job that CodePipeline hands over, without the credentials that come with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Job:
    """A job: ``parameters`` is the text of UserParameters, ``token`` the text of the last answer's continuation."""

    id: str
    account: str
    parameters: str
    token: str


def parse_job(event: Mapping[str, Any]) -> Job:
    """The job of an event. Whatever is absent is empty: the event's shape for stage conditions is undocumented."""
    job = _mapping(event.get("CodePipeline.job"))
    data = _mapping(job.get("data"))
    configuration = _mapping(_mapping(data.get("actionConfiguration")).get("configuration"))
    return Job(
        id=_text(job.get("id")),
        account=_text(job.get("accountId")),
        parameters=_text(configuration.get("UserParameters")),
        token=_text(data.get("continuationToken")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
