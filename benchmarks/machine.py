"""What the figures were measured on, and with which versions."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.cores import LOADING, SERVED
from benchmarks.plan import PROJECT

_LIBRARIES = (
    "duckdb", "fastapi", "lightgbm", "numba", "numpy", "polars", "psycopg", "pydantic",
    "sqlalchemy", "uvicorn", "uvloop",
)  # fmt: skip  # reads as the list it is


def machine() -> dict[str, object]:
    """Return processor, cores, memory, operating system and Python."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "core_of_servers": sorted(SERVED),
        "core_of_load": sorted(LOADING),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "load_average": os.getloadavg(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_generator": "wrk" if shutil.which("wrk") else "benchmarks/client.py",
    }


def libraries() -> dict[str, str]:
    """Return the versions of the libraries that the figures depend on."""
    return {name: found for name in _LIBRARIES if (found := _version(name))}


def commit() -> str:
    """Return the commit that was measured, with a plus where files differ from it."""
    found = _git("rev-parse", "--short=12", "HEAD")
    return found + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
