"""Links to the AWS console, in the region and the partition that they belong to."""

import re
from urllib.parse import quote, urlsplit

from crosscheck.regions import is_region

_CONSOLES = {"cn": "console.amazonaws.cn", "us-gov": "console.amazonaws-us-gov.com"}
_COMMERCIAL = "console.aws.amazon.com"
# Printable ASCII without what ends a link somewhere, or turns it into another one
_PLAIN = re.compile(r"[!#-&(-;=?-\[\]-_a-{}~]+")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


def _host(region: str) -> str:
    domain = next((host for prefix, host in _CONSOLES.items() if region.startswith(f"{prefix}-")), _COMMERCIAL)
    return f"{region}.{domain}"


def execution_url(region: str, pipeline: str, execution: str) -> str:
    """The page of a pipeline execution; empty if ``region``, which hosts the pipeline, is none."""
    if not is_region(region):
        return ""
    name, run = quote(pipeline, safe=""), quote(execution, safe="")
    return (
        f"https://{_host(region)}/codesuite/codepipeline/pipelines/{name}/executions/{run}/timeline"
        f"?region={quote(region)}"
    )


def approval_url(region: str, pipeline: str, stage: str, action: str, run: str) -> str:
    """The page on which a manual approval is given: the pipeline's, opened at the action's ``run``, if that is known.

    Empty if ``region``, which hosts the pipeline, is none. ``run`` is the id of the action's execution, which is the
    approval's token.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html
    """
    if not is_region(region):
        return ""
    name, *parts = (quote(part, safe="") for part in (pipeline, stage, action, "approve", run))
    page = f"https://{_host(region)}/codesuite/codepipeline/pipelines/{name}/view?region={quote(region)}"
    return f"{page}#/{'/'.join(parts)}" if run else page


def is_plain_url(url: str) -> bool:
    """Whether an address may stand on a card: https, a host's name, no credentials, nothing but plain ASCII."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    authority = "" if port is None else f":{port}"
    plain = _PLAIN.fullmatch(url) and _HOST.fullmatch(parts.hostname or "")
    return bool(plain) and parts.scheme == "https" and parts.netloc.lower() == f"{parts.hostname}{authority}"
