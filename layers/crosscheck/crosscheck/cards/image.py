"""The card of a pushed image."""

from crosscheck import times
from crosscheck.cards import signs
from crosscheck.cards.layout import NAME_LIMIT, TEXT_BUDGET, Card, card_of, context, header, lines_of, section
from crosscheck.cards.mrkdwn import escape
from crosscheck.cards.region_line import region_line, regions_in_words
from crosscheck.releases.model import ImageArrival

EVENT_TYPE = "crosscheck_image"


def render_image(image: ImageArrival) -> Card:
    """The card of an image on its way into its regions."""
    sign, word = signs.of_region(image.state)
    repository, tag = image.subject.repository, image.tag
    title = f"Image {repository}{f':{tag}' if tag else ''}: {word}"
    pushed = f"pushed {times.for_people(image.pushed)} · " if image.pushed is not None else ""
    blocks = [
        header(title, sign),
        section(escape(image.subject.name, NAME_LIMIT * 2)),
        *lines_of("Regions", [region_line(region) for region in image.regions], TEXT_BUDGET),
        context(f"{pushed}registry in {image.subject.region} · {image.subject.digest}"),
    ]
    payload = {"repository": repository, "digest": image.subject.digest, "state": image.state.value}
    return card_of(f"{title}. {regions_in_words(image.regions)}", blocks, EVENT_TYPE, payload, image)
