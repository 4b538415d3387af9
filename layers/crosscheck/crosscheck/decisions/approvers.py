"""Who may decide: the users and user groups of the parameter Approvers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

USER, GROUP = re.compile(r"[UW][A-Z0-9]{2,20}"), re.compile(r"S[A-Z0-9]{2,20}")


@dataclass(frozen=True)
class Approvers:
    """Slack's ids of users, and of user groups whose members may decide as well. Empty: nobody, and no buttons."""

    users: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anybody may decide."""
        return bool(self.users or self.groups)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, those of users first."""
        return (*sorted(self.users), *self.groups)

    def may_be(self, user: str) -> bool:
        """Whether the user may be one of them, as far as that is known without asking Slack."""
        return user in self.users or bool(self.groups)


def parse_approvers(text: str) -> Approvers:
    """The approvers of a comma-separated list. What is no id of a user or a group stands for nobody."""
    ids: Iterable[str] = [part.strip() for part in text.split(",")]
    users = frozenset(each for each in ids if USER.fullmatch(each))
    return Approvers(users, tuple(sorted({each for each in ids if GROUP.fullmatch(each)})))
