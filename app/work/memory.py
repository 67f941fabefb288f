"""Settings of memory for processes that score long files, or serve from many threads."""

import ctypes
import gc
from typing import Final

# Parameters of mallopt as in malloc.h, and the largest threshold that glibc accepts.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGEST_THRESHOLD: Final = 32 * 2**20
_RETAINED_BYTES: Final = 512 * 2**20


def retain_freed_memory() -> None:
    """Have glibc retain the memory of freed arrays for the next ones, shared by all threads.

    Otherwise the memory returns to the system, which clears every page before it hands it out
    again; that took a sixth of the time of scoring. With other C libraries nothing changes.
    """
    share_freed_memory()
    _set(_MMAP_THRESHOLD, _LARGEST_THRESHOLD)
    _set(_TRIM_THRESHOLD, _RETAINED_BYTES)


def share_freed_memory() -> None:
    """Have threads that start from now on share freed memory.

    Otherwise glibc gives each thread an arena of its own, which retains a dozen MB where answers
    are long. With other C libraries nothing changes.
    """
    _set(_ARENA_MAX, 1)


def collect_garbage_rarely() -> None:
    """Have the garbage collector run rarely, for a process that makes millions of small objects.

    Answers contain no cycles, and what is loaded by now stays, so it would find nothing. Looking
    for garbage would take a third of the time of scoring.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _set(parameter: int, value: int) -> None:
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(parameter, value)
