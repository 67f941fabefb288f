"""Which core a program runs on: the measured one on the first, what measures it on the second."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_ALL = sorted(os.sched_getaffinity(0))
SERVED = {_ALL[0]}
LOADING = {_ALL[1 % len(_ALL)]}  # the same one on a machine with a single core; the results say so
BOTH = set(_ALL[:2])


@contextmanager
def pinned(cores: set[int]) -> Iterator[None]:
    """Run on `cores`, and so does every program that is started meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
