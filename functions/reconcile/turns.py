"""In which order a run asks about pipelines: pure. A run may not have the budget for all of them."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

# The fractions of its multiples lie evenly between 0 and 1, however many of them are taken.
GOLDEN_SECTION = 0.618033988749895


def rotated[T](run: int, things: Sequence[T]) -> Sequence[T]:
    """All of them. Each run begins elsewhere, so evenly that a few runs reach all, however few each of them does."""
    first = int(run * GOLDEN_SECTION % 1 * len(things))
    return (*things[first:], *things[:first])


def by_turns[T](some: Sequence[T], others: Sequence[T]) -> Iterator[T]:
    """One of each for as long as there are both, then the rest: neither waits for the other's end."""
    for pair in zip_longest(some, others):
        yield from (each for each in pair if each is not None)
