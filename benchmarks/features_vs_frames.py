"""All features from an unsorted log with string ids: events per second, and against data frames."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from app.domain.moments import to_micros
from app.files.activity import read_activity
from app.files.histories import history_of
from benchmarks.build_features import IN_MEMORY
from benchmarks.copies import copied
from benchmarks.cores import SERVED, pinned
from benchmarks.environments import environment, installed, same_version
from benchmarks.figure import NotMeasurable, Result
from benchmarks.plan import PROJECT, Plan
from benchmarks.rounds import middle, ratio_details, say, take_turns
from benchmarks.world import World, world

KEYS = ("features_events_per_s", "features_vs_best_frame", "features_from_parquet_events_per_s")
REQUIREMENTS = (same_version("polars"), "duckdb", "pyarrow")
_FRAMES = Path(__file__).parent / "peers" / "frames"
_ONE_CORE = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


def measure(plan: Plan) -> Result:
    """Return events per second on one core, and the ratio to the best of the data frames.

    That is the fastest of those that build most of the catalogue; Polars builds all of it. What
    they and we measure has to agree before anything is timed.
    """
    company = world(plan)
    as_of = to_micros(datetime.fromisoformat(company.end).replace(tzinfo=UTC))
    log, plain = _logs(copied(company, plan.copies), company, as_of)
    n_events = pl.scan_parquet(log).select(pl.len()).collect().item()
    missing = {}
    with ExitStack() as builders:
        ours = builders.enter_context(_builder("holdfast", _ours(log), plain, as_of, company))
        turns = {
            "holdfast": lambda: n_events / ours("memory"),
            "from Parquet": lambda: n_events / ours("file"),
        }
        for name in ("polars", "duckdb"):
            try:
                build = builders.enter_context(_builder(name, _theirs(name), plain, as_of, company))
                turns[name] = _per_second(build, n_events)
            except NotMeasurable as reason:
                missing[name] = str(reason)
        agreement = {
            name: _agreement(company, name) for name in turns if name in {"polars", "duckdb"}
        }
        reached = take_turns(turns, rounds=plan.rounds)
    frames = {name: middle(reached[name]) for name in agreement}
    compared = {name: ratio_details(reached["holdfast"], reached[name]) for name in frames}
    best = max(frames, key=lambda name: (agreement[name], frames[name]), default=None)
    return {
        KEYS[0]: middle(reached["holdfast"]),
        KEYS[1]: compared[best]["median"] if best else None,
        KEYS[2]: middle(reached["from Parquet"]),
        "n_events": n_events,
        "frames": compared,
        "features_in_common": agreement,
        "missing": missing,
        "peers": {} if missing else installed(environment("frames", *REQUIREMENTS)),
    }


def _per_second(build: Callable[[str], float], n_events: int) -> Callable[[], float]:
    return lambda: n_events / build("memory")


def _ours(file: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.build_features", str(file)]


def _theirs(name: str) -> list[str]:
    return [str(environment("frames", *REQUIREMENTS)), str(_FRAMES / "build.py"), name]


@contextmanager
def _builder(
    name: str, command: Sequence[str], log: Path, as_of: int, company: World
) -> Iterator[Callable[[str], float]]:
    """Start a program that holds the log in memory; yield what lets it build once."""
    out = company.folder / f"features-{name}.parquet"
    with pinned(SERVED):
        process = subprocess.Popen(
            [*command, str(log), str(as_of), str(out)],
            env={**os.environ, **_ONE_CORE},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )

    def build(source: str) -> float:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError(f"{name} has no pipes")
        process.stdin.write(source + "\n")
        process.stdin.flush()
        return float(process.stdout.readline())

    try:
        line = process.stdout.readline() if process.stdout else ""
        if line.strip() != "ready":
            raise NotMeasurable(f"{name} did not build its features: {line!r}")
        say(f"{name} holds the log")
        yield build
    finally:
        process.kill()
        process.wait()


def _logs(path: Path, company: World, as_of: int) -> tuple[Path, Path]:
    """Return the log as files hold it, and as it lies in memory, in the order of time.

    In memory customers are still text, types are codes, refs are hashes and moments are numbers:
    so frames compare integers too. Both hold only what had been received by `as_of`, so that all
    count the same events.
    """
    known, plain = (company.folder / f"{path.stem}-{name}.parquet" for name in ("known", "plain"))
    if not plain.exists():
        in_time = pl.col("received_at").dt.epoch("us") < as_of
        pl.scan_parquet(path).filter(in_time).sink_parquet(known)
        history = history_of(read_activity(known).good, currency=None)
        owners = np.repeat(np.arange(history.n_customers), np.diff(history.starts))
        columns = {name: getattr(history, name) for name in IN_MEMORY}
        frame = pl.DataFrame({
            "customer_id": pl.Series(history.customer_ids).gather(owners),
            **columns,
        })
        frame.sort("occurred_at").write_parquet(plain)
    return known, plain


def _agreement(company: World, name: str) -> int:
    """Return how many features both measure; raise where they differ."""
    ours = pl.read_parquet(company.folder / "features-holdfast.parquet").sort("customer_id")
    theirs = pl.read_parquet(company.folder / f"features-{name}.parquet").sort("customer_id")
    common = [feature for feature in theirs.columns if feature in ours.columns[:-1]]
    for feature in common:
        pair = pl.DataFrame({
            "ours": ours[feature].fill_nan(None),
            "theirs": theirs[feature].cast(pl.Float64).fill_nan(None),
        })
        gap = (pl.col("ours") - pl.col("theirs")).abs()
        limit = 1e-6 * pl.col("ours").abs() + 1e-6
        differ = pair.filter(
            (gap > limit) | (pl.col("ours").is_null() != pl.col("theirs").is_null())
        )
        if differ.height:
            raise RuntimeError(f"{name} measures {feature} differently: {differ.head(3).rows()}")
    return len(common)
