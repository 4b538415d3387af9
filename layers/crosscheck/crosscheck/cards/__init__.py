"""The Slack cards of a release and of an image: pure functions of what the ledger tells."""

from crosscheck.cards.image import render_image
from crosscheck.cards.layout import Card
from crosscheck.cards.release import render

__all__ = ["Card", "render", "render_image"]
