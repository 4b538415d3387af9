"""Making things before the first event comes.

Lambda gives the init phase a full core, and an invocation only the share that its memory buys: 0.29 of a core with
512 MB. What is made in the first invocation takes three and a half times as long.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

import os
from collections.abc import Callable
from contextlib import suppress
from functools import _lru_cache_wrapper, cache


def made_at_init[T](make: Callable[[], T]) -> "_lru_cache_wrapper[T]":
    """``make``, which is called once per process: in the init phase on Lambda, elsewhere when it is first asked.

    An error in the init phase says nothing yet. It is raised again to whoever asks, so the invocation answers it as it
    answers every other.
    """
    made = cache(make)
    if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
        with suppress(Exception):
            made()
    return made
