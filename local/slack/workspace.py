"""The workspace as the rest of the account sees it: one Flask application."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import Flask

from local.slack.clicks import Clicks
from local.slack.connection import ClosingConnections
from local.slack.faults import Faults
from local.slack.history import History
from local.slack.hooks import Hooks
from local.slack.inspection import inspection
from local.slack.messages import Messages
from local.slack.methods import Methods
from local.slack.page.routes import page
from local.slack.rate_limit import RateLimit
from local.slack.views import Views
from local.slack.web_api import EVERY_SCOPE, WebApi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class SlackWorkspace:
    """A workspace that lives in memory; ``app`` is served by ``local.server.Server``.

    ``channels`` maps ids to names; the app is a member of all of them. With ``rate_limited``, a second message to a
    channel within a second is answered with 429, as Slack does. ``groups`` are the user groups and their members,
    ``scopes`` what the app may do.
    """

    def __init__(
        self,
        token: str,
        channels: Mapping[str, str],
        clock: Callable[[], float] = time.time,
        *,
        rate_limited: bool = False,
        groups: Mapping[str, Sequence[str]] | None = None,
        scopes: frozenset[str] = EVERY_SCOPE,
    ) -> None:
        self._messages = Messages(channels, clock)
        self._faults = Faults()
        self._history = History(clock)
        self._views, self._hooks = Views(clock), Hooks(clock)
        self._clicks = Clicks(self._messages, self._views, self._hooks, clock)
        limit = RateLimit(clock) if rate_limited else None
        methods = Methods(self._messages, self._views, groups or {})
        api = WebApi(token, scopes, methods, self._faults, self._history, limit)
        self.app = Flask(__name__, static_folder=None)
        self.app.register_blueprint(api.blueprint())
        self.app.register_blueprint(inspection(self._messages, self._history, self._faults, self._clicks))
        self.app.register_blueprint(self._hooks.blueprint())
        self.app.register_blueprint(page(self._messages, self._views, self._hooks))
        self.app.wsgi_app = ClosingConnections(self.app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way

    def listen_for_clicks(self, url: str, signing_secret: str) -> None:
        """What a person would enter as the app's interactivity URL, and the secret that signs what goes there."""
        self._clicks.url, self._clicks.signing_secret = url, signing_secret

    def trigger(self, user: str) -> str:
        """What a click of the user's would let the app open a dialog with."""
        return self._views.trigger(user)

    def clear_faults(self) -> None:
        """Answer every call as Slack would, from now on."""
        self._faults.clear()
