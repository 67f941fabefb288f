import ctypes
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.work.memory import retain_freed_memory


def test_arrays_work_as_before():
    retain_freed_memory()
    for _ in range(3):
        assert np.ones(3_000_000).sum() == 3_000_000


THREADS = """
import ctypes, sys, threading
from app.work.memory import share_freed_memory

if sys.argv[1] == "shared":
    share_freed_memory()
at_once = threading.Barrier(4)

def allocate():
    at_once.wait()
    kept.append(bytearray(50_000))
    at_once.wait()

kept = []
threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
output = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, output)
library.fflush(output)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="glibc alone has it")
@pytest.mark.parametrize(("how", "is_shared"), [("shared", True), ("as it was", False)])
def test_threads_share_memory_if_they_are_set_to(how, is_shared):
    found = subprocess.run(
        [sys.executable, "-c", THREADS, how],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    assert (found.stdout.count("<heap nr=") == 1) is is_shared
