"""Score the customers of an activity file into a Parquet file, without a database."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from app.bundle.risk_bundle import RiskBundle
from app.domain.playbooks import Playbook
from app.files.file_reading import DEFAULT_READING, FileReading
from app.files.partitions import ROWS_IN_MEMORY, ROWS_PER_PARTITION, PartitionedLog
from app.files.scores import write_scores
from app.files.tables import estimate_n_rows
from app.use_cases.files.read_log import LogFacts, read_partitioned_log
from app.use_cases.files.runners import ProcessRunner, Runner, ThreadRunner, start_processes
from app.use_cases.files.score_partition import Scoring, schema_of
from app.work.memory import retain_freed_memory
from app.work.progress import OnProgress, ignore_progress

INSUFFICIENT: Final = "insufficient_history"
MIN_ROWS_FOR_PROCESSES: Final = 4_000_000  # shorter logs are done before processes have started


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """What happened to an activity file.

    `tiers` counts customers by tier, and under `INSUFFICIENT` those without a risk;
    `rejects_files` list the rejected rows with their reasons.
    """

    n_customers: int
    tiers: Mapping[str, int]
    n_rejected: int
    rejects_files: tuple[Path, ...]
    n_foreign_amounts: int
    unknown_types: Mapping[str, int]


def score_file(
    activity: Path,
    bundle: RiskBundle,
    playbook: Playbook | None,
    *,
    as_of: datetime,
    out: Path,
    customers: Path | None = None,
    reading: FileReading = DEFAULT_READING,
    rows_in_memory: int = ROWS_IN_MEMORY,
    rows_per_partition: int = ROWS_PER_PARTITION,
    min_rows_for_processes: int = MIN_ROWS_FOR_PROCESSES,
    n_workers: int | None = None,
    on_progress: OnProgress = ignore_progress,
) -> ScoredFile:
    """Write one row per customer to `out`; the columns are those of `app.files.scores.SCHEMA`.

    Memory does not grow with the log: events beyond `rows_in_memory` go into a temporary file
    beside `out`, about 75 bytes per event. The log is scored in partitions of about
    `rows_per_partition` events. The rows of a partition are in bytewise order of the customer ids.
    The partition of a customer depends only on the id and the length of the files, so that the
    same files always give the same scores in the same order.

    Parameters
    ----------
    activity, customers
        CSV, gzipped CSV or Parquet; the customer file is optional.
    bundle, playbook
        What scores the customers, and what turns scores into interventions. Without a playbook
        the columns are those of `app.files.scores.NUMBERS_SCHEMA`: no reasons, signals and
        interventions, in a third of the time.
    as_of
        Nothing at or after this moment is used.
    out
        A Parquet file; it appears complete or not at all.
    reading
        How to interpret the columns of the activity file.
    min_rows_for_processes
        With a playbook, a log of at least this many events is scored in processes.
    n_workers
        How many chunks are read or partitions scored at a time; by default the number of cores.
    on_progress
        Called with the number of customers scored, and an estimate of their total number.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    retain_freed_memory()
    n_workers = n_workers or len(os.sched_getaffinity(0))
    n_rows = estimate_n_rows(activity) + (estimate_n_rows(customers) if customers else 0)
    scoring = Scoring(bundle, playbook, as_of, None)
    in_processes = playbook is not None and n_rows >= min_rows_for_processes
    tiers: Counter[str] = Counter()
    with (
        TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder,
        ThreadPoolExecutor(n_workers) as threads,
        _runner(scoring, threads, Path(folder), n_workers, in_processes=in_processes) as runner,
    ):
        log = PartitionedLog(
            Path(folder),
            n_rows,
            rows_in_memory=rows_in_memory,
            rows_per_partition=rows_per_partition,
        )
        facts = read_partitioned_log(
            log,
            activity,
            customers,
            reading=reading,
            currency=bundle.currency,
            threads=threads,
            n_threads=n_workers,
        )
        tables = runner.score(log.partitions(threads), log_until=facts.received_until)
        tables = _report_progress(tables, log.n_partitions, on_progress)
        n_customers = write_scores(out, _count_tiers(tables, tiers), schema=schema_of(scoring))
    return _scored_file(n_customers, tiers, facts)


@contextmanager
def _runner(
    scoring: Scoring, threads: Executor, folder: Path, n_workers: int, *, in_processes: bool
) -> Iterator[Runner]:
    ahead = n_workers + 1
    if not in_processes:
        yield ThreadRunner(scoring, threads, ahead)
        return
    with start_processes(scoring, n_workers) as processes:
        yield ProcessRunner(processes, folder, ahead)


def _report_progress(
    tables: Iterator[pl.DataFrame], n_partitions: int, on_progress: OnProgress
) -> Iterator[pl.DataFrame]:
    n_done = 0
    for n_partitions_done, table in enumerate(tables, start=1):
        yield table
        n_done += table.height
        # All partitions have about the same number of customers.
        on_progress(n_done, n_done * n_partitions // n_partitions_done)


def _count_tiers(tables: Iterator[pl.DataFrame], tiers: Counter[str]) -> Iterator[pl.DataFrame]:
    for table in tables:
        counts = table.group_by(pl.col("tier").fill_null(INSUFFICIENT)).len()
        tiers.update(dict(counts.iter_rows()))
        yield table


def _scored_file(n_customers: int, tiers: Mapping[str, int], facts: LogFacts) -> ScoredFile:
    return ScoredFile(
        n_customers=n_customers,
        tiers=dict(tiers),
        n_rejected=facts.n_rejected.total(),
        rejects_files=tuple(facts.rejects_files.values()),
        n_foreign_amounts=facts.n_foreign_amounts,
        unknown_types=facts.unknown_types,
    )
