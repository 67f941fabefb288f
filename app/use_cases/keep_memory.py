"""How a process that works off a long log deals with memory."""

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
    sixth of the time of a scoring. One arena, because others do not share what they keep.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_ARENA_MAX, 1)
        library.mallopt(_MMAP_THRESHOLD, _LARGEST_THRESHOLD)
        library.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)


def spare_the_collector() -> None:
    """Let a process that makes millions of short-lived objects look for cycles among few of them.

    What was loaded stays, and answers have no cycles; looking takes a third of the time otherwise.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
