"""Kernels as Numba's object files against Cython: what each costs a process, and how fast it is.

``python -m benchmarks.kernel_compilers`` builds the Cython side (which needs a C compiler) and
measures both, each in processes of its own; the results are in decision 13 (docs/decisions).
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.cores import SERVED, pinned
from benchmarks.environments import environment, same_version
from benchmarks.plan import PROJECT, SCRATCH

ROUNDS = 5
N_TREES, N_FEATURES, N_ROWS, N_CUSTOMERS, N_EVENTS_EACH = 300, 90, 4096, 20_000, 50
_TYPED = PROJECT / "benchmarks" / "peers" / "kernels" / "typed.py"


def main() -> None:
    """Print the medians of both as JSON."""
    if len(sys.argv) > 1:
        print(json.dumps(_measured(sys.argv[1])))
        return
    folder = _built()
    found: dict[str, list[dict[str, float]]] = {"numba": [], str(folder): []}
    with pinned(SERVED):
        for _ in range(ROUNDS):
            for contender, results in found.items():
                results.append(_in_a_process(contender))
    for contender, results in found.items():
        name = contender if contender == "numba" else "cython"
        print(name, json.dumps({key: median(each[key] for each in results) for key in results[0]}))


def _built() -> Path:
    """Return the folder of the Cython module."""
    python = environment("kernels", "cython==3.3.1", "setuptools", same_version("numpy"))
    folder = SCRATCH / "kernels"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(_TYPED, folder)
    build = [str(python.with_name("cythonize")), "-i", "-q", "typed.py"]
    subprocess.run(build, cwd=folder, check=True, capture_output=True)
    return folder


def _in_a_process(contender: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.kernel_compilers", contender]
    done = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def _measured(contender: str) -> dict[str, float]:
    trees, rows, log = _trees(), np.random.default_rng(1).normal(size=(N_ROWS, N_FEATURES)), _log()
    margins, gaps_of = np.empty(N_ROWS), np.empty((N_CUSTOMERS, 4))
    resident, started = _resident_mb(), time.process_time()
    if contender == "numba":
        from benchmarks.peers.kernels import plain as kernels  # noqa: PLC0415 - is measured
    else:
        sys.path.insert(0, contender)
        import typed as kernels  # noqa: PLC0415 - is measured
    one_row, one_customer = rows[:1].copy(), (log[0][:2].copy(), *log[1:])
    kernels.margins(*trees, one_row, margins[:1])
    kernels.gaps(*one_customer, gaps_of[:1])
    ready_ms = (time.process_time() - started) * 1e3
    return {
        "ready_ms": ready_ms,
        "more_mb": _resident_mb() - resident,
        "one_row_us": _best_us(lambda: kernels.margins(*trees, one_row, margins[:1]), 300),
        "row_of_many_us": _best_us(lambda: kernels.margins(*trees, rows, margins), 1) / N_ROWS,
        "one_customer_us": _best_us(lambda: kernels.gaps(*one_customer, gaps_of[:1]), 300),
        "events_m_per_s": len(log[1]) / _best_us(lambda: kernels.gaps(*log, gaps_of), 1),
    }


def _trees() -> tuple[np.ndarray[Any, Any], ...]:
    """Return full trees of three levels: features (-1 in leaves), thresholds, children, values."""
    rng = np.random.default_rng(0)
    inside = np.tile(np.arange(15) < 7, N_TREES)
    first = np.repeat(np.arange(N_TREES) * 15, 15)
    within = np.tile(np.arange(15), N_TREES)
    feature = np.where(inside, rng.integers(0, N_FEATURES, len(first)), -1)
    left = np.where(inside, first + 2 * within + 1, 0)
    right = np.where(inside, first + 2 * within + 2, 0)
    threshold, value = rng.normal(size=(2, len(first)))
    return feature, threshold, left, right, value, np.arange(N_TREES) * 15


def _log() -> tuple[np.ndarray[Any, Any], ...]:
    rng = np.random.default_rng(2)
    n = N_CUSTOMERS * N_EVENTS_EACH
    starts = np.arange(0, n + 1, N_EVENTS_EACH)
    at = np.sort(rng.integers(0, 10**15, n))
    return starts, at, rng.random(n), rng.integers(0, 5, n).astype(np.int16)


def _best_us(call: Callable[[], None], repeats: int) -> float:
    took = []
    for _ in range(30):
        started = time.process_time()
        for _ in range(repeats):
            call()
        took.append((time.process_time() - started) / repeats)
    return min(took) * 1e6


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    main()
