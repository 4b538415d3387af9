"""Handing messages on: each is deleted only after the live queue has it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crosscheck_cli.replay.described import UnusableMessageError
from crosscheck_cli.replay.queues import DeadLetterQueue, GivenUpMessage, LiveQueue


@dataclass(frozen=True)
class ReplayLine:
    """A message in words; ``unusable`` says why it would be given up again, empty where it would not."""

    message: GivenUpMessage
    words: str
    unusable: str = ""


@dataclass(frozen=True)
class Redrive:
    """Hands messages of a dead-letter queue on. ``describe`` says what a body is about, or raises
    UnusableMessageError."""

    dead: DeadLetterQueue
    live: LiveQueue
    describe: Callable[[str], str]

    def look(self) -> Sequence[ReplayLine]:
        """The first messages, held until they are run or given back."""
        return [self._line(message) for message in self.dead.receive()]

    def run(self, first: Sequence[ReplayLine], most: int) -> Iterator[ReplayLine]:
        """Hand on the first messages and those behind them, ``most`` in all; each as soon as it is done.

        What would be given up again at once stays. No more are received than there were: what comes back meanwhile
        is not handed on twice.
        """
        kept: list[GivenUpMessage] = []
        done, lines = 0, first
        while lines and done < most:
            for line in lines[: most - done]:
                if line.unusable:
                    kept.append(line.message)
                else:
                    self.live.send(line.message.body, line.message.id, line.message.group)
                    self.dead.delete(line.message)
                yield line
            kept += [line.message for line in lines[most - done :]]
            done += len(lines[: most - done])
            lines = self.look() if done < most else ()
        self.dead.give_back(kept)

    def _line(self, message: GivenUpMessage) -> ReplayLine:
        try:
            return ReplayLine(message, self.describe(message.body))
        except UnusableMessageError as error:
            return ReplayLine(message, message.reason, str(error))
