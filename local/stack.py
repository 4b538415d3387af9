"""The Crosscheck stack in the local account, deployed by the SAM CLI as on AWS."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.clients import Aws

ROOT = Path(__file__).resolve().parent.parent
SAM = ROOT / ".tools/sam/bin/sam"
BUILT_TEMPLATE = ROOT / ".aws-sam/build/template.yaml"
DEPLOY_WITHIN = 900
LOG_TAIL = 30


class DeployError(RuntimeError):
    """``sam deploy`` failed; the message quotes the end of its output."""


def deploy(
    name: str,
    region: str,
    parameters: Mapping[str, str],
    environment: Mapping[str, str],
    log: Path,
    template: Path = BUILT_TEMPLATE,
) -> str:
    """Run ``sam deploy`` on what ``sam build`` made; its output, which is kept in ``log`` as well.

    Raises:
        DeployError: the deployment failed.
    """
    overrides = [f"{key}={value}" for key, value in parameters.items()]
    command = [
        str(SAM), "deploy",
        "--template-file", str(template),
        "--stack-name", name,
        "--region", region,
        "--resolve-s3",
        "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND",
        "--no-confirm-changeset",
        "--no-fail-on-empty-changeset",
        "--no-progressbar",
        "--parameter-overrides", *overrides,
    ]  # fmt: skip
    with log.open("w") as output:
        code = _run(command, environment, output)
    text = log.read_text(errors="replace")
    if code:
        raise DeployError("sam deploy failed:\n" + "\n".join(text.splitlines()[-LOG_TAIL:]))
    return text


def delete(name: str, region: str, environment: Mapping[str, str], log: Path) -> None:
    """Run ``sam delete``.

    Raises:
        DeployError: the deletion failed.
    """
    command = [str(SAM), "delete", "--stack-name", name, "--region", region, "--no-prompts"]
    with log.open("w") as output:
        code = _run(command, environment, output)
    if code:
        raise DeployError("sam delete failed:\n" + "\n".join(log.read_text().splitlines()[-LOG_TAIL:]))


def _run(command: list[str], environment: Mapping[str, str], output: Any) -> int:
    process = subprocess.Popen(
        command, cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
    )
    try:
        return process.wait(DEPLOY_WITHIN)
    finally:
        if process.poll() is None:  # interrupted, or too slow
            process.kill()
            process.wait()


def outputs(aws: Aws, region: str, name: str) -> dict[str, str]:
    """The stack's outputs."""
    stack = aws.client("cloudformation", region).describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
