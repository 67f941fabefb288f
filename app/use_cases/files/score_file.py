"""Score the customers of an activity file into a Parquet file; no database is involved."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from app.bundle.risk_bundle import RiskBundle
from app.domain.playbooks import Playbook
from app.files.file_reading import AS_IT_STANDS, FileReading
from app.files.partitions import ROWS_IN_MEMORY, ROWS_PER_PART, PartedLog
from app.files.scores import write_scores
from app.files.tables import about_n_rows
from app.use_cases.files.import_files import OnProgress, silently
from app.use_cases.files.read_log import read_parted_log
from app.use_cases.files.runners import in_processes, in_threads, started
from app.use_cases.files.score_part import Scoring, schema_of
from app.work.memory import keep_freed_memory

INSUFFICIENT: Final = "insufficient_history"
ROWS_WORTH_PROCESSES: Final = 4_000_000  # of fewer the reasons are there before others would start


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """What became of an activity file.

    `tiers` counts customers by tier, and under `INSUFFICIENT` those without a risk;
    `rejects_files` hold the rows that were refused, with reasons.
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
    reading: FileReading = AS_IT_STANDS,
    rows_in_memory: int = ROWS_IN_MEMORY,
    rows_per_part: int = ROWS_PER_PART,
    rows_worth_processes: int = ROWS_WORTH_PROCESSES,
    n_workers: int | None = None,
    on_progress: OnProgress = silently,
) -> ScoredFile:
    """Write one row per customer to `out`; the columns are those of `app.files.scores.SCHEMA`.

    What a log has beyond `rows_in_memory` events goes through a file beside `out`, which takes
    about 75 bytes an event and is gone at the end; memory does not grow with the log. A log is
    scored by parts of `rows_per_part` events. Rows are in bytewise order of the ids within each;
    which customers are in which part only depends on their ids and the length of the files, so the
    same files always give the same scores in the same order.

    Parameters
    ----------
    activity, customers
        CSV, gzipped CSV or Parquet; customers' facts are optional.
    bundle, playbook
        What scores, and what is made of it. Without a playbook the columns are those of
        `app.files.scores.NUMBERS`: no reasons, signals and interventions, in a third of the time.
    as_of
        Nothing at or after this moment is used.
    out
        A Parquet file; it appears whole or not at all.
    reading
        How to understand the columns of the activity file.
    rows_worth_processes
        With reasons, a log of so many events is scored by other processes.
    n_workers
        How many parts are read or scored at a time; as many as there are cores unless given.
    on_progress
        Called with how many customers are scored, and about how many there are.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    keep_freed_memory()
    n_workers = n_workers or len(os.sched_getaffinity(0))
    n_rows = about_n_rows(activity) + (about_n_rows(customers) if customers else 0)
    scoring = Scoring(bundle, playbook, as_of, None)
    many = playbook is not None and n_rows >= rows_worth_processes
    with (
        TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder,
        ThreadPoolExecutor(n_workers) as threads,
        started(scoring, n_workers) if many else nullcontext() as processes,
    ):
        aside = Path(folder)
        log = PartedLog(aside, n_rows, rows_in_memory=rows_in_memory, rows_per_part=rows_per_part)
        facts = read_parted_log(
            log,
            activity,
            customers,
            reading=reading,
            currency=bundle.currency,
            threads=threads,
            n_threads=n_workers,
        )
        parts, until, ahead = log.parts(threads), facts.received_until, n_workers + 1
        if processes is None:
            scored = in_threads(replace(scoring, log_until=until), parts, threads, ahead=ahead)
        else:
            scored = in_processes(processes, parts, log_until=until, folder=aside, ahead=ahead)
        tiers: Counter[str] = Counter()
        tables = _counted(_told(scored, log.n_parts, on_progress), tiers)
        n_customers = write_scores(out, tables, schema=schema_of(scoring))
    return ScoredFile(
        n_customers=n_customers,
        tiers=dict(tiers),
        n_rejected=facts.n_rejected.total(),
        rejects_files=tuple(facts.rejects_files.values()),
        n_foreign_amounts=facts.n_foreign_amounts,
        unknown_types=facts.unknown_types,
    )


def _told(
    scored: Iterator[pl.DataFrame], n_parts: int, on_progress: OnProgress
) -> Iterator[pl.DataFrame]:
    n_done = 0
    for n_parts_done, table in enumerate(scored, start=1):
        yield table
        n_done += table.height
        on_progress(n_done, n_done * n_parts // n_parts_done)  # parts are about as large


def _counted(tables: Iterator[pl.DataFrame], tiers: Counter[str]) -> Iterator[pl.DataFrame]:
    for table in tables:
        counted = table.group_by(pl.col("tier").fill_null(INSUFFICIENT)).len()
        tiers.update(dict(counted.iter_rows()))
        yield table
