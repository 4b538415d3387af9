"""The Slack card of a release: a pure function of the release."""

from crosscheck.cards.card import Card, render

__all__ = ["Card", "render"]
