"""The card of a pushed image."""

from crosscheck import times
from crosscheck.cards import signs
from crosscheck.cards.layout import HEADER_LIMIT, NAME_LIMIT, Card, context, header, lists, section
from crosscheck.cards.mrkdwn import escape, plain
from crosscheck.cards.release import region_line, regions_in_words
from crosscheck.releases.model import ImageArrival

EVENT_TYPE = "crosscheck_image"


def render_image(image: ImageArrival) -> Card:
    """The card of an image on its way into its regions."""
    sign, word = signs.of_region(image.state)
    repository, tag = image.subject.repository, image.tag
    title = f"Image {repository}{f':{tag}' if tag else ''}: {word}"
    pushed = f"pushed {times.for_people(image.pushed)} · " if image.pushed is not None else ""
    return Card(
        text=plain(f"{title}. {regions_in_words(image.regions)}", HEADER_LIMIT * 4),
        blocks=[
            header(title),
            section(f"{sign} *{word.capitalize()}* · {escape(image.subject.name, NAME_LIMIT * 2)}"),
            *lists([("Regions", [region_line(region) for region in image.regions])]),
            context(f"{pushed}registry in {image.subject.region} · {image.subject.digest}"),
        ],
        metadata={
            "event_type": EVENT_TYPE,
            "event_payload": {
                "repository": repository,
                "digest": image.subject.digest,
                "state": image.state.value,
                "version": image.version,
                "regions": {part.region: part.state.value for part in image.regions if part.state},
            },
        },
    )
