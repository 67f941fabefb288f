"""Score the customers of an activity file into a Parquet file; no database is involved."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from app.bundle.opened import RiskBundle
from app.domain.playbooks import Playbook
from app.features.engine import warm_up
from app.files.parted import ROWS_IN_MEMORY, LogPart, PartedLog
from app.files.reading import AS_IT_STANDS, FileReading
from app.files.scores import NUMBERS, SCHEMA, write_scores
from app.files.tables import about_n_rows
from app.use_cases.import_files import OnProgress, silently
from app.use_cases.read_log import read_parted_log
from app.use_cases.score_part import Scoring, score_part, scored_tables, spare_the_collector

INSUFFICIENT: Final = "insufficient_history"


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
    n_workers: int | None = None,
    on_progress: OnProgress = silently,
) -> ScoredFile:
    """Write one row per customer to `out`; the columns are those of `app.files.scores.SCHEMA`.

    A longer log than `rows_in_memory` goes through files beside `out`, which take about 80 bytes an
    event and are gone at the end; memory does not grow with the log. Rows are in bytewise order of
    the ids in a file of up to `rows_in_memory` events. In a longer one they
    are so within each part; which customers are in which part only depends on their ids and the
    length of the log, so the same log always gives the same file.

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
    n_workers
        How many parts of a longer log are scored at a time; as many as there are cores unless
        given.
    on_progress
        Called with how much is scored, and how much there is: customers, or parts of a longer log.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    n_workers = n_workers or len(os.sched_getaffinity(0))
    with (
        TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder,
        _executor(n_workers, with_reasons=playbook is not None) as executor,
    ):
        log = PartedLog(Path(folder), about_n_rows(activity), rows_in_memory)
        if log.n_rows > rows_in_memory:
            for _ in range(n_workers):  # workers get ready while the log is read
                executor.submit(warm_up)
        facts = read_parted_log(log, activity, customers, reading=reading, currency=bundle.currency)
        scoring = Scoring(bundle, playbook, as_of, facts.received_until)
        tiers: Counter[str] = Counter()
        tables = _tables(scoring, log.parts(), executor, Path(folder), on_progress)
        schema = NUMBERS if playbook is None else SCHEMA
        n_customers = write_scores(out, _counted(tables, tiers), schema=schema)
    return ScoredFile(
        n_customers=n_customers,
        tiers=dict(tiers),
        n_rejected=facts.n_rejected.total(),
        rejects_files=tuple(facts.rejects_files.values()),
        n_foreign_amounts=facts.n_foreign_amounts,
        unknown_types=facts.unknown_types,
    )


def _executor(n_workers: int, *, with_reasons: bool) -> Executor:
    """Return who scores parts: numbers are made without the interpreter's lock, reasons with it."""
    if not with_reasons:
        return ThreadPoolExecutor(n_workers)
    # Polars has threads of its own, which do not survive a fork.
    return ProcessPoolExecutor(
        n_workers, mp_context=get_context("spawn"), initializer=spare_the_collector
    )


def _tables(
    scoring: Scoring,
    parts: Sequence[LogPart],
    executor: Executor,
    folder: Path,
    on_progress: OnProgress,
) -> Iterator[pl.DataFrame]:
    """Yield the scores part by part, in their order; what is scored early waits in `folder`."""
    if len(parts) == 1:
        history = parts[0].history(currency=scoring.bundle.currency)
        done = 0
        for table in scored_tables(scoring, history):
            yield table
            done += table.height
            on_progress(done, history.n_customers)
        return
    waiting = [
        executor.submit(score_part, scoring, part, folder / f"scores-{number}.arrow")
        for number, part in enumerate(parts)
    ]
    for done, future in enumerate(waiting, start=1):
        path = future.result()
        yield pl.read_ipc(path)
        path.unlink()
        on_progress(done, len(parts))


def _counted(tables: Iterator[pl.DataFrame], tiers: Counter[str]) -> Iterator[pl.DataFrame]:
    for table in tables:
        counted = table.group_by(pl.col("tier").fill_null(INSUFFICIENT)).len()
        tiers.update(dict(counted.iter_rows()))
        yield table
