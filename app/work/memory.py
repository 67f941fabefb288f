"""How processes that work off long logs, or answer many threads, deal with memory."""

import ctypes
import gc
from typing import Final

# Names of malloc.h, and the largest threshold that glibc takes.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGEST_THRESHOLD: Final = 32 * 2**20
_KEPT_BYTES: Final = 512 * 2**20


def keep_freed_memory() -> None:
    """Have glibc keep what arrays gave back, for the next; nothing happens with other C libraries.

    Otherwise it goes back to the system, which clears each page before it gives it out again: a
    sixth of the time of a scoring. What threads keep they share.
    """
    share_freed_memory()
    _set(_MMAP_THRESHOLD, _LARGEST_THRESHOLD)
    _set(_TRIM_THRESHOLD, _KEPT_BYTES)


def share_freed_memory() -> None:
    """Have what one thread gave back be there for the others; see above for other C libraries.

    glibc gives each thread memory of its own to keep, a dozen MB where answers are long. Threads
    that start later heed it.
    """
    _set(_ARENA_MAX, 1)


def spare_the_collector() -> None:
    """Let a process that makes millions of short-lived objects look for cycles among few of them.

    What was loaded stays, and answers have no cycles; looking takes a third of the time otherwise.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _set(parameter: int, value: int) -> None:
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(parameter, value)
