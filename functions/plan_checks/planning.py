"""What every plan is made with."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from crosscheck.clients import Clients
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from plan_checks.settings import PlanSettings


@dataclass(frozen=True)
class Planning:
    """Plans what is looked at. ``clock`` gives epoch seconds."""

    clients: Clients
    ledger: Ledger
    cards: CardQueue
    settings: PlanSettings
    clock: Callable[[], float]

    @classmethod
    def from_env(cls, clients: Clients) -> Self:
        """With what the function's environment names.

        Raises:
            MissingSettingError: a variable is absent.
        """
        ledger, cards = Ledger.from_env(clients), CardQueue.from_env(clients)
        return cls(clients, ledger, cards, PlanSettings.from_env(), time.time)
