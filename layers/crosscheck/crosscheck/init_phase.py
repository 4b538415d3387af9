"""Making things before the first event comes.

Lambda gives the init phase a full core, and an invocation only the share that its memory buys: 0.29 of a core with
512 MB. What is made in the first invocation takes three and a half times as long.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html

Nothing that is imported or made then becomes garbage. To look for some costs a tenth of a cold start, so nobody looks
until all is made, and what was made is left out later on.
"""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import _lru_cache_wrapper, cache

_ON_LAMBDA = "AWS_LAMBDA_INITIALIZATION_TYPE"

# The kernel is imported before all that it imports itself: boto3 above all.
if _ON_LAMBDA in os.environ:
    gc.disable()


def made_at_init[T](make: Callable[[], T]) -> "_lru_cache_wrapper[T]":
    """``make``, which is called once per process: in the init phase on Lambda, elsewhere when it is first asked.

    An error in the init phase says nothing yet. It is raised again to whoever asks, so the invocation answers it as it
    answers every other.
    """
    made = cache(make)
    if _ON_LAMBDA in os.environ:
        with _nothing_collected(), suppress(Exception):
            made()
    return made


@contextmanager
def _nothing_collected() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
