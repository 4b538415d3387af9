import importlib
import io
import json
import logging

import pytest
from aws_lambda_powertools import Logger

from crosscheck.errors import RetryLaterError
from crosscheck.telemetry import function_logger
from tests.fakes.regions.errors import refusal
from tests.unit.docs.markdown import ROOT

QUOTED = "-".join(("what", "somebody", "wrote"))


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the function's logger writes."""
    handler = function_logger().registered_handler
    assert isinstance(handler, logging.StreamHandler)
    lines = io.StringIO()
    monkeypatch.setattr(handler, "stream", lines)
    return lines


def read_nothing() -> None:
    raise KeyError(QUOTED)


def ask_aws() -> None:
    try:
        read_nothing()
    finally:
        raise refusal("AccessDenied", QUOTED, "GetPipeline")


def wait_for_aws() -> None:
    try:
        ask_aws()
    except Exception as error:
        raise RetryLaterError("AWS: AccessDenied", 30) from error


def wait() -> None:
    try:
        read_nothing()
    except KeyError:
        raise RetryLaterError("later", 30) from None


@pytest.mark.parametrize("child", [False, True])
def test_f50_a_line_tells_an_error_with_its_places_and_causes_and_without_the_texts_of_others(
    written: io.StringIO, *, child: bool
) -> None:
    logger = Logger(child=True) if child else function_logger()
    with pytest.raises(RetryLaterError) as waits:
        wait_for_aws()
    logger.error("it waits", exc_info=waits.value)
    line = json.loads(written.getvalue())
    assert (line["message"], line["exception_name"]) == ("it waits", "RetryLaterError")
    assert line["stack_trace"]["value"] == "AWS: AccessDenied"
    told = line["exception"]
    parts = (
        "in read_nothing",
        "KeyError: its text is left out",
        "ClientError: GetPipeline was refused: AccessDenied",
        "RetryLaterError: AWS: AccessDenied",
    )
    assert [told.index(part) for part in parts] == sorted(told.index(part) for part in parts)
    assert QUOTED not in written.getvalue()


def test_what_is_behind_an_error_that_stands_for_itself_is_not_told(written: io.StringIO) -> None:
    with pytest.raises(RetryLaterError) as waits:
        wait()
    function_logger().warning("it waits", exc_info=waits.value)
    assert "RetryLaterError: later" in json.loads(written.getvalue())["exception"]
    assert "KeyError" not in json.loads(written.getvalue())["exception"]


def test_f50_every_module_logs_as_a_child_of_its_functions_logger_which_leaves_texts_out() -> None:
    modules = {
        ".".join(file.relative_to(folder).with_suffix("").parts)
        for folder in (ROOT / "layers/crosscheck", ROOT / "functions")
        for file in folder.rglob("*.py")
        if "\nlogger = Logger(" in file.read_text()
    }
    assert {"crosscheck.registry.checks", "gate_stage.look"} < modules
    assert [module for module in modules if not importlib.import_module(module).logger.child] == []
