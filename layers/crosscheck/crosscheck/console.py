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


def is_console_url(url: str) -> bool:
    """Whether a link that came with an event is plain https and may stand on a card."""
    return url.startswith("https://") and not any(character in url for character in "<>|\"'` \n\r\t")
