"""The questions, and the files that are written of the answers."""

from __future__ import annotations

import shlex
import shutil
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.testing import CliRunner

from crosscheck_cli.app import app
from crosscheck_cli.commands.init import ALWAYS, MANIFEST, SAMCONFIG, WITH_SLACK
from crosscheck_cli.setup.files import CAPABILITIES
from crosscheck_cli.setup.template_parameters import read_parameters
from tests.template.expanded import written
from tests.unit.docs.markdown import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# Name, region, Regions, ReplicateRepositories, RollbackMode, AlarmTopicArn, SlackChannel
QUIET = ["", "us-east-1", "eu-west-1, ap-southeast-1", "", "", "", ""]
URL = "https://0123456789.lambda-url.us-east-1.on.aws/"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "template.yaml", tmp_path)
    (tmp_path / "slack").mkdir()
    shutil.copy(ROOT / "slack/manifest.yaml", tmp_path / "slack")
    return tmp_path


def answer(checkout: Path, *answers: str) -> str:
    """Run the command, and answer each question; what was printed."""
    result = CliRunner().invoke(app, ["init", "--folder", str(checkout)], input="\n".join([*answers, ""]))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 0, result.output
    return result.output


def deploy(checkout: Path) -> dict[str, Any]:
    config = tomllib.loads((checkout / SAMCONFIG).read_text())
    found: dict[str, Any] = config["default"]["deploy"]["parameters"]
    return found


def test_a_stack_without_slack_needs_seven_answers(checkout: Path) -> None:
    out = answer(checkout, *QUIET)
    found = deploy(checkout)
    assert (found["stack_name"], found["region"], found["resolve_s3"]) == ("crosscheck", "us-east-1", True)
    assert shlex.split(found["parameter_overrides"]) == ["Regions=eu-west-1, ap-southeast-1"]
    assert found["capabilities"] == CAPABILITIES
    assert not (checkout / MANIFEST).exists()
    assert "samconfig.toml was written." in out
    assert "1. make build && .tools/sam/bin/sam deploy" in out


def test_with_slack_the_manifest_asks_for_no_more_than_is_needed(checkout: Path) -> None:
    out = answer(checkout, *QUIET[:-1], "C0RELEASES", "", "U0A", "", "")
    assert shlex.split(deploy(checkout)["parameter_overrides"])[1:] == [
        "SlackChannel=C0RELEASES",
        "SlackSecret=crosscheck/slack",
        "Approvers=U0A",
    ]
    manifest = yaml.safe_load((checkout / MANIFEST).read_text())
    assert manifest["oauth_config"]["scopes"]["bot"] == ["chat:write"]
    assert "interactivity" not in manifest["settings"]
    assert "run crosscheck init again with the output InteractionsUrl" in out


def test_with_the_stacks_address_and_a_group_it_is_the_manifest_of_the_repository(checkout: Path) -> None:
    answer(checkout, *QUIET[:-1], "C0RELEASES", "", "U0A,S0ONCALL", "", URL)
    manifest = yaml.safe_load((checkout / MANIFEST).read_text())
    whole = yaml.safe_load((ROOT / "slack/manifest.yaml").read_text())
    whole["settings"]["interactivity"]["request_url"] = URL
    assert manifest == whole


def test_an_answer_that_cloudformation_would_refuse_is_asked_again(checkout: Path) -> None:
    out = answer(checkout, *QUIET[:4], "sometimes", "auto", "", "releases", "")
    assert "RollbackMode is one of off, suggest, auto" in out
    assert "SlackChannel has to be a channel id such as C0123456789, or empty" in out
    assert "RollbackMode=auto" in shlex.split(deploy(checkout)["parameter_overrides"])


def test_what_is_no_region_is_asked_again(checkout: Path) -> None:
    out = answer(checkout, "", "Ireland", "eu-west-1", "eu-west-1, Frankfurt", "eu-central-1", *QUIET[3:])
    assert "Ireland is no region, such as eu-west-1" in out
    assert "Frankfurt is no region, such as eu-west-1" in out
    assert (deploy(checkout)["region"], deploy(checkout)["parameter_overrides"]) == (
        "eu-west-1",
        'Regions="eu-central-1"',
    )


def test_an_answer_cannot_end_the_text_that_it_stands_in(checkout: Path) -> None:
    out = answer(checkout, *QUIET[:5], 'arn" RollbackMode="auto', "", *QUIET[6:])
    assert "AlarmTopicArn cannot hold a quotation mark" in out
    assert "RollbackMode" not in deploy(checkout)["parameter_overrides"]


@pytest.mark.parametrize(("said", "kept"), [("n", True), ("", True), ("y", False)])
def test_a_file_is_only_overwritten_if_a_person_says_so(checkout: Path, said: str, *, kept: bool) -> None:
    (checkout / SAMCONFIG).write_text("mine")
    answer(checkout, *QUIET, said)
    assert ((checkout / SAMCONFIG).read_text() == "mine") is kept


def test_the_same_answers_change_nothing_and_ask_nothing(checkout: Path) -> None:
    answer(checkout, *QUIET)
    assert "samconfig.toml stays as it is." in answer(checkout, *QUIET)


def test_outside_a_checkout_it_says_where_to_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["init", "--folder", str(tmp_path)])
    assert "run this in a checkout of Crosscheck" in str(result.exception)


def test_the_parameters_are_the_templates() -> None:
    parameters, template = read_parameters(ROOT), written()["Parameters"]
    assert parameters.keys() == template.keys()
    assert {*ALWAYS, *WITH_SLACK} <= parameters.keys()
    for name, parameter in parameters.items():
        assert parameter.problem(parameter.default) == "", name


def test_no_answer_asks_for_a_secret() -> None:
    assert not {"token", "signing_secret"} & {name.lower() for name in (*ALWAYS, *WITH_SLACK)}
