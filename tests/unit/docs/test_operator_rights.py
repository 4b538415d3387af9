"""The rights that docs/operations.md gives operators are those of the calls that the command makes."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

import botocore.session
import pytest
from botocore import xform_name

from tests.unit.docs.markdown import ROOT, quoted, rights, section, table

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = ("doctor", "explain", "init", "render", "replay", "status")
# What is called by the kernel, by the module of the command that lets it.
BY_THE_KERNEL = {
    "crosscheck_cli.stack.release_finder": {"dynamodb:Query"},
    "crosscheck_cli.doctor.looks.slack": {"secretsmanager:GetSecretValue"},
}
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
OTHER_NAMES = {
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
}


def _path(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_path(module).read_text())


def _reached(command: str) -> set[str]:
    """The modules of the command line that a command imports, by whichever detour."""
    reached, waiting = set[str](), [f"crosscheck_cli.commands.{command}"]
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            imports = (node for node in ast.walk(_tree(module)) if isinstance(node, ast.ImportFrom) and node.module)
            waiting += [str(node.module) for node in imports if str(node.module).startswith("crosscheck_cli")]
    return reached


@cache
def _operations(service: str) -> dict[str, str]:
    """The operations of a service by the names of boto3's methods."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def _called(modules: set[str]) -> set[str]:
    services, methods = set[str](), set[str]()
    for call in (node for module in modules for node in ast.walk(_tree(module)) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute):
            [literal] = [each.value for each in call.args[:1] if isinstance(each, ast.Constant)] or [None]
            if call.func.attr == "client":
                services.add(str(literal))
            else:
                methods.add(str(literal) if call.func.attr == "get_paginator" else call.func.attr)
    found = defaultdict(set)
    for service in services - {"dynamodb"}:
        for method in methods & _operations(service).keys():
            found[method].add(f"{service}:{_operations(service)[method]}")
    assert all(len(actions) == 1 for actions in found.values()), "two services have a method of that name"
    actions = {action for [action] in found.values()}
    kernel = (BY_THE_KERNEL[module] for module in modules & BY_THE_KERNEL.keys())
    return {OTHER_NAMES.get(action, action) for action in actions}.union(*kernel)


def _told(command: str) -> set[str]:
    rows = table(section("operations.md", "### Rights"))
    return {action for row in rows if command in quoted(row[0]) for action in rights(row[1])}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_needs_the_rights_that_the_page_names_and_no_others(command: str) -> None:
    assert _told(command) == _called(_reached(command))


def test_every_command_is_compared() -> None:
    files = {path.stem for path in (ROOT / "crosscheck_cli/commands").glob("*.py")} - {"__init__"}
    assert files == set(COMMANDS)
    assert len(_told("doctor")) > 20
