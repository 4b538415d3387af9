"""Slack: the secret, the token, its scopes, the channel."""

from collections.abc import Iterator
from dataclasses import dataclass

from crosscheck.cards.slack_answers import remedy_of
from crosscheck_cli.doctor.defect import Defect, Severity
from crosscheck_cli.stack.deployed_stack import DeployedStack

WRITE, GROUPS, READ = "chat:write", "usergroups:read", "channels:read"
_STORE = 'store {"bot_token": …, "signing_secret": …} in the secret that SlackSecret names'


@dataclass(frozen=True)
class SeenSlack:
    """What was seen of Slack, as far as it got. Errors are Slack's own words, empty where there was none.

    ``unusable`` says what is wrong with the secret, without its values; ``refused`` is the token's error. ``scopes`` is
    None where Slack does not tell them; so is ``member`` where the channel could not be looked at.
    """

    unusable: str = ""
    refused: str = ""
    scopes: frozenset[str] | None = None
    channel_error: str = ""
    member: bool | None = None
    archived: bool = False


def judge_slack(seen: SeenSlack, stack: DeployedStack) -> Iterator[Defect]:
    """Whether cards can reach the channel, and buttons can be served."""
    channel = stack.parameters["SlackChannel"]
    if seen.unusable:
        yield Defect(Severity.ERROR, "secret", seen.unusable, _STORE)
    elif seen.refused:
        yield Defect(Severity.ERROR, "token", f"Slack refuses it: {seen.refused}", remedy_of(seen.refused).value)
    else:
        yield from _scopes(seen, stack)
        yield from _channel(seen, channel)


def _scopes(seen: SeenSlack, stack: DeployedStack) -> Iterator[Defect]:
    if seen.scopes is None:
        fix = "compare the app's scopes with slack/manifest.yaml"
        yield Defect(Severity.UNKNOWN, "scopes", "Slack does not tell which scopes the token has", fix)
        return
    groups = any(each.startswith("S") for each in stack.listed("Approvers"))
    for scope in (WRITE, *([GROUPS] if groups else [])):
        if scope not in seen.scopes:
            fix = "add it to the app as slack/manifest.yaml has it, and install the app again"
            yield Defect(Severity.ERROR, "scopes", f"the token lacks {scope}", fix)


def _channel(seen: SeenSlack, channel: str) -> Iterator[Defect]:
    if seen.channel_error == "missing_scope":
        fix = (
            f"nothing, or give the app {READ} (groups:read for a private channel); CardsRefusedAlarm tells of refusals"
        )
        yield Defect(Severity.NOTE, channel, f"the channel cannot be looked at without {READ}", fix)
    elif seen.channel_error:
        fix = remedy_of(seen.channel_error).value
        yield Defect(Severity.ERROR, channel, f"Slack refuses the channel: {seen.channel_error}", fix)
    elif seen.archived:
        yield Defect(Severity.ERROR, channel, "the channel is archived", "unarchive it, or change SlackChannel")
    elif seen.member is False:
        yield Defect(Severity.ERROR, channel, "the app is not in the channel", "invite it there: /invite @crosscheck")
