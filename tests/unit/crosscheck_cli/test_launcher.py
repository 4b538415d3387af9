"""``tools/crosscheck``, and the program that it starts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.unit.docs.markdown import ROOT

LAUNCHER = ROOT / "tools/crosscheck"


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - ours


def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing but the command."""
    (tmp_path / "tools").mkdir()
    shutil.copy(LAUNCHER, tmp_path / "tools")
    for folder in ("crosscheck_cli", "layers/crosscheck/crosscheck"):
        (tmp_path / folder).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / folder).symlink_to(ROOT / folder)
    return tmp_path


def test_before_make_cli_it_says_what_to_do(tmp_path: Path) -> None:
    done = run(checkout(tmp_path) / "tools/crosscheck", "status", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"crosscheck is not installed yet: run make cli in {tmp_path}\n"


def test_through_a_link_it_runs_from_anywhere(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    (root / ".tools/cli/bin").mkdir(parents=True)
    python = root / ".tools/cli/bin/python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (root / "elsewhere").mkdir()
    (root / "elsewhere/crosscheck").symlink_to(root / "tools/crosscheck")
    done = run(root / "elsewhere/crosscheck", "--help", folder=root / "elsewhere")
    assert done.returncode == 0, done.stderr
    assert "crosscheck [OPTIONS] COMMAND" in done.stdout
    assert "explain" in done.stdout


def test_the_environment_of_the_command_has_what_it_imports() -> None:
    pins = (ROOT / "requirements/cli.txt").read_text()
    assert all(f"\n{name}==" in f"\n{pins}" for name in ("boto3", "pyyaml", "rich", "slack-sdk", "typer"))
    assert "moto==" not in pins
