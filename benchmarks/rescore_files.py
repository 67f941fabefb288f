"""Rescoring from Parquet to Parquet: customers per second on both cores, and the most memory."""

import json
import subprocess
import sys
from pathlib import Path

from app.files.tables import estimate_n_rows
from benchmarks.copies import copied
from benchmarks.cores import BOTH, pinned
from benchmarks.figure import Result
from benchmarks.memory import Watched
from benchmarks.plan import PROJECT, Plan
from benchmarks.rounds import middle, say, take_turns
from benchmarks.world import World, world

KEYS = ("rescore_customers_per_s", "rescore_with_reasons_customers_per_s")
MEMORY_KEYS = ("rescore_peak_mb",)


def measure(plan: Plan) -> Result:
    """Return customers per second without and with reasons."""
    company = world(plan)
    path = copied(company, plan.copies)
    first = scored("without", company, path)
    reached = take_turns(
        {
            "without": lambda: _per_second(scored("without", company, path)),
            "with": lambda: _per_second(scored("with", company, path)),
        },
        rounds=min(plan.rounds, 3),
    )
    per_customer = estimate_n_rows(path) / first["customers"]
    return {
        KEYS[0]: middle(reached["without"]),
        KEYS[1]: middle(reached["with"]),
        "by_round": reached,
        "n_customers": first["customers"],
        "events_per_customer": round(per_customer, 1),
        "events_per_s": {how: middle(each) * per_customer for how, each in reached.items()},
        "file_mb": round(path.stat().st_size / 1e6, 1),
    }


def measure_memory(plan: Plan) -> Result:
    """Return the most memory of a rescoring with reasons, and how it grows with the customers."""
    company = world(plan)
    small, large = (
        watched("with", company, copied(company, n)) for n in (plan.copies, plan.large_copies)
    )
    say(f"{small['customers']:.0f} customers {small['peak_mb']:.0f} MB")
    say(f"{large['customers']:.0f} customers {large['peak_mb']:.0f} MB")
    return {
        "rescore_peak_mb": round(large["peak_mb"], 1),
        "small": small,
        "large": large,
        "bytes_per_added_customer": round(
            (large["peak_mb"] - small["peak_mb"])
            * 2**20
            / (large["customers"] - small["customers"])
        ),
    }


def scored(how: str, company: World, activity: Path) -> dict[str, float]:
    """Score a log in a program of its own; return seconds and customers.

    Nobody watches its memory: to add pages up takes 7 ms of one of the two cores, five times a
    second.
    """
    return _ended(_started(how, company, activity), activity)


def watched(how: str, company: World, activity: Path) -> dict[str, float]:
    """Do the same, and return the most memory too."""
    process = _started(how, company, activity)
    with Watched(process) as memory:
        found = _ended(process, activity)
    return {**found, "peak_mb": memory.peak_mb}


def _started(how: str, company: World, activity: Path) -> subprocess.Popen[str]:
    out = company.folder / "scores.parquet"
    arguments = [how, str(activity), str(company.models), company.end, str(out)]
    with pinned(BOTH):
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.score_files", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )


def _ended(process: subprocess.Popen[str], activity: Path) -> dict[str, float]:
    printed, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"scoring {activity} ended with {process.returncode}")
    found: dict[str, float] = json.loads(printed.splitlines()[-1])
    return found


def _per_second(scored: dict[str, float]) -> float:
    return scored["customers"] / scored["seconds"]
