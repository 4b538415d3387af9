from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from local.pictures.browsers import MACOS, VARIABLE, NoBrowserError, find_browser

INSTALLED = Path("/repo/.tools/browser/chromium")
EVERYTHING = {"my-browser", "/opt/browser", "google-chrome", "chromium", "microsoft-edge", MACOS[0], str(INSTALLED)}


def on_path(*names: str) -> Callable[[str], str | None]:
    return lambda name: (name if name.startswith("/") else f"/usr/bin/{name}") if name in names else None


def find(there: set[str], environment: Mapping[str, str] | None = None) -> str:
    files = {Path(name) for name in there}
    return str(find_browser(environment or {}, on_path(*there), files.__contains__, INSTALLED))


@pytest.mark.parametrize(("chosen", "found"), [("my-browser", "/usr/bin/my-browser"), ("/opt/browser", "/opt/browser")])
def test_the_variable_comes_first(chosen: str, found: str) -> None:
    assert find(EVERYTHING, {VARIABLE: chosen}) == found


def test_a_variable_that_names_nothing_is_not_passed_over() -> None:
    with pytest.raises(NoBrowserError, match="CROSSCHECK_BROWSER is 'nothing', which is no program"):
        find(EVERYTHING, {VARIABLE: "nothing"})


@pytest.mark.parametrize(
    ("there", "found"),
    [
        (EVERYTHING, "/usr/bin/google-chrome"),
        ({"chromium", "microsoft-edge", str(INSTALLED)}, "/usr/bin/chromium"),
        ({"microsoft-edge", MACOS[0], str(INSTALLED)}, "/usr/bin/microsoft-edge"),
        ({MACOS[0], str(INSTALLED)}, MACOS[0]),
        ({str(INSTALLED)}, str(INSTALLED)),
    ],
)
def test_an_installed_browser_comes_before_our_own(there: set[str], found: str) -> None:
    assert find(there) == found
    assert find(there, {VARIABLE: ""}) == found


def test_without_any_the_reason_says_how_to_get_one() -> None:
    with pytest.raises(NoBrowserError, match="install Chrome, Chromium or Edge, set CROSSCHECK_BROWSER"):
        find(set())
