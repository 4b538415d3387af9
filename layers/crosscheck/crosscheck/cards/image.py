"""The card of a pushed image."""

from crosscheck import times
from crosscheck.cards import signs
from crosscheck.cards.layout import NAME_LIMIT, Card, context, lists, section
from crosscheck.cards.mrkdwn import escape
from crosscheck.cards.release import card_of, region_line
from crosscheck.releases.model import ImageArrival

EVENT_TYPE = "crosscheck_image"


def render_image(image: ImageArrival) -> Card:
    """The card of an image on its way into its regions."""
    sign, word = signs.of_region(image.state)
    repository, tag = image.subject.repository, image.tag
    pushed = f"pushed {times.for_people(image.pushed)} · " if image.pushed is not None else ""
    blocks = [
        section(f"{sign} *{word.capitalize()}* · {escape(image.subject.name, NAME_LIMIT * 2)}"),
        *lists([("Regions", [region_line(region) for region in image.regions])]),
        context(f"{pushed}registry in {image.subject.region} · {image.subject.digest}"),
    ]
    payload = {"repository": repository, "digest": image.subject.digest, "state": image.state.value}
    return card_of(image, f"Image {repository}{f':{tag}' if tag else ''}: {word}", blocks, EVENT_TYPE, payload)
