"""slack/manifest.yaml asks Slack for what the code needs, and for no more."""

import ast
from collections.abc import Iterator

import yaml

from tests.template.expanded import written
from tests.unit.docs.markdown import ROOT

MANIFEST = yaml.safe_load((ROOT / "slack" / "manifest.yaml").read_text())
# The scopes of each method that is called; https://docs.slack.dev/reference/methods
SCOPES = {
    "auth.test": set[str](),
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "usergroups.users.list": {"usergroups:read"},
    "views.open": set[str](),
}
FAMILIES = ("admin", "auth", "chat", "conversations", "files", "pins", "reactions", "usergroups", "users", "views")


def _texts() -> Iterator[str]:
    for tree in ("functions", "layers"):
        for path in (ROOT / tree).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def _called() -> set[str]:
    """The methods of the Web API that the product's sources name."""
    found = set()
    for text in _texts():
        family, _, rest = text.partition(".")
        if family in FAMILIES and rest and all(part.isalpha() for part in rest.split(".")):
            found.add(text)
    return found


def test_the_methods_that_are_called_are_known() -> None:
    assert _called() == SCOPES.keys()


def test_the_scopes_are_those_of_the_methods_that_are_called() -> None:
    scopes = MANIFEST["oauth_config"]["scopes"]
    assert scopes.keys() == {"bot"}
    assert set(scopes["bot"]) == set().union(*SCOPES.values())


def test_interactivity_is_on_and_leads_to_a_function_url() -> None:
    interactivity = MANIFEST["settings"]["interactivity"]
    assert interactivity["is_enabled"] is True
    assert interactivity["request_url"].startswith("https://")
    assert ".lambda-url." in interactivity["request_url"]
    assert "InteractionsUrl" in written()["Outputs"]


def test_it_asks_for_no_events_and_no_commands() -> None:
    assert "event_subscriptions" not in MANIFEST["settings"]
    assert MANIFEST["features"].keys() == {"bot_user"}


def test_the_readme_leads_to_it() -> None:
    assert "(slack/manifest.yaml)" in (ROOT / "README.md").read_text()
