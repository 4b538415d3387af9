"""Who may decide, as Slack says it now. https://docs.slack.dev/reference/methods/usergroups.users.list"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from crosscheck.cards.slack import BoundedClient
from crosscheck.decisions.approvers import Approvers
from crosscheck.decisions.slack_secret import SlackSecret
from crosscheck.errors import CrosscheckError

# Somebody who leaves a user group may decide for so many seconds more.
KEEP_SECONDS = 60.0
TIMEOUT_SECONDS = 8


class SlackSilentError(CrosscheckError):
    """Slack does not say who somebody is; the text says what was asked."""


@dataclass
class People:
    """The people of the workspace. ``clock`` gives seconds that only grow."""

    secret: SlackSecret
    api_url: str
    approvers: Approvers
    clock: Callable[[], float]
    _members: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)
    _team: str = ""

    def may_decide(self, user: str) -> bool:
        """Whether the user is an approver, or a member of a user group that is.

        Raises:
            SlackSilentError: nobody but Slack knows, and it does not say.
            ConfigurationError: the secret cannot be used.
        """
        return user in self.approvers.users or any(user in self._of(group) for group in self.approvers.groups)

    def team(self) -> str:
        """The workspace that the app is installed in. Raises as ``may_decide`` does."""
        if not self._team:
            self._team = str(self._ask("auth.test", {}).get("team_id", ""))
        return self._team

    def _of(self, group: str) -> frozenset[str]:
        read_at, members = self._members.get(group, (0.0, None))
        now = self.clock()
        if members is None or now - read_at > KEEP_SECONDS:
            answer = self._ask("usergroups.users.list", {"usergroup": group})
            members = frozenset(map(str, answer.get("users", [])))
            self._members[group] = now, members
        return members

    def _ask(self, method: str, arguments: Mapping[str, str]) -> Any:
        # What is asked is read only: slack_sdk's own retries of lost connections do no harm.
        client: WebClient = BoundedClient(
            token=self.secret.part("bot_token"), base_url=self.api_url, timeout=TIMEOUT_SECONDS
        )
        try:
            return client.api_call(method, params=dict(arguments))
        except (SlackClientError, HTTPException, OSError, ValueError, CrosscheckError) as error:
            raise SlackSilentError(f"Slack did not answer {method} ({type(error).__name__})") from error
