"""Links to the AWS console, in the region and the partition that they belong to."""

from urllib.parse import quote

_CONSOLES = {"cn": "console.amazonaws.cn", "us-gov": "console.amazonaws-us-gov.com"}
_COMMERCIAL = "console.aws.amazon.com"


def _host(region: str) -> str:
    domain = next((host for prefix, host in _CONSOLES.items() if region.startswith(f"{prefix}-")), _COMMERCIAL)
    return f"{region}.{domain}"


def execution_url(region: str, pipeline: str, execution: str) -> str:
    """The page of a pipeline execution. ``region`` hosts the pipeline."""
    name, run = quote(pipeline, safe=""), quote(execution, safe="")
    return (
        f"https://{_host(region)}/codesuite/codepipeline/pipelines/{name}/executions/{run}/timeline"
        f"?region={quote(region)}"
    )


def approval_url(region: str, pipeline: str, stage: str, action: str, run: str) -> str:
    """The page on which a manual approval is given: the pipeline's, opened at the action's ``run``, if that is known.

    ``region`` hosts the pipeline, and ``run`` is the id of the action's execution, which is the approval's token.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html
    """
    name, *parts = (quote(part, safe="") for part in (pipeline, stage, action, "approve", run))
    page = f"https://{_host(region)}/codesuite/codepipeline/pipelines/{name}/view?region={quote(region)}"
    return f"{page}#/{'/'.join(parts)}" if run else page


def is_console_url(url: str) -> bool:
    """Whether a link that came with an event is plain https and may stand on a card."""
    return url.startswith("https://") and not any(character in url for character in "<>|\"'` \n\r\t")
