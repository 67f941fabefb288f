"""Score the customers of an activity file into a Parquet file; no database is involved."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import nullcontext
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
from app.files.parted import ROWS_IN_MEMORY, ROWS_PER_PART, LogPart, PartedLog
from app.files.reading import AS_IT_STANDS, FileReading
from app.files.scores import NUMBERS, SCHEMA, write_scores
from app.files.tables import about_n_rows
from app.use_cases.import_files import OnProgress, silently
from app.use_cases.in_order import in_order
from app.use_cases.keep_memory import keep_freed_memory
from app.use_cases.read_log import read_parted_log
from app.use_cases.score_part import Scoring, score_part, scored_tables, spare_the_collector

INSUFFICIENT: Final = "insufficient_history"
_ROWS_WORTH_A_PROCESS: Final = 500_000  # fewer are scored before another process has started


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
    n_workers: int | None = None,
    on_progress: OnProgress = silently,
) -> ScoredFile:
    """Write one row per customer to `out`; the columns are those of `app.files.scores.SCHEMA`.

    What a log has beyond `rows_in_memory` events goes through a file beside `out`, which takes
    about 90 bytes an event and is gone at the end; memory does not grow with the log. A log is
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
    n_workers
        How many parts are read or scored at a time; as many as there are cores unless given.
    on_progress
        Called with how many customers are scored, and about how many there are.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    keep_freed_memory()
    n_workers = n_workers or len(os.sched_getaffinity(0))
    n_rows = about_n_rows(activity) + (about_n_rows(customers) if customers else 0)
    in_processes = playbook is not None and n_rows > _ROWS_WORTH_A_PROCESS
    with (
        TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder,
        ThreadPoolExecutor(n_workers) as threads,
        _processes(n_workers) if in_processes else nullcontext(threads) as scorers,
    ):
        log = PartedLog(
            Path(folder), n_rows, rows_in_memory=rows_in_memory, rows_per_part=rows_per_part
        )
        facts = read_parted_log(
            log,
            activity,
            customers,
            reading=reading,
            currency=bundle.currency,
            threads=threads,
            n_threads=n_workers,
        )
        scoring = Scoring(bundle, playbook, as_of, facts.received_until)
        work = _Work(scoring, Path(folder) if in_processes else None)
        scored = in_order(scorers, work, enumerate(log.parts(threads)), ahead=n_workers + 1)
        tiers: Counter[str] = Counter()
        tables = _counted(_told(scored, log.n_parts, on_progress), tiers)
        n_customers = write_scores(out, tables, schema=_schema(scoring))
    return ScoredFile(
        n_customers=n_customers,
        tiers=dict(tiers),
        n_rejected=facts.n_rejected.total(),
        rejects_files=tuple(facts.rejects_files.values()),
        n_foreign_amounts=facts.n_foreign_amounts,
        unknown_types=facts.unknown_types,
    )


def _processes(n_workers: int) -> ProcessPoolExecutor:
    """Return who scores with reasons: they are made with the interpreter's lock, unlike numbers.

    They get ready while the log is read.
    """
    # Polars has threads of its own, which do not survive a fork.
    made = ProcessPoolExecutor(n_workers, mp_context=get_context("spawn"), initializer=_prepare)
    for _ in range(n_workers):
        made.submit(warm_up)
    return made


def _prepare() -> None:
    spare_the_collector()
    keep_freed_memory()


@dataclass(frozen=True, slots=True)
class _Work:
    """What a worker does; another process hands its tables over in files of `folder`."""

    scoring: Scoring
    folder: Path | None

    def __call__(self, numbered: tuple[int, LogPart]) -> pl.DataFrame | Path:
        number, part = numbered
        if self.folder is not None:
            return score_part(self.scoring, part, self.folder / f"scores-{number}.arrow")
        history = part.history(currency=self.scoring.bundle.currency)
        empty = pl.DataFrame(schema=_schema(self.scoring))
        return pl.concat([empty, *scored_tables(self.scoring, history)])


def _schema(scoring: Scoring) -> pl.Schema:
    return NUMBERS if scoring.playbook is None else SCHEMA


def _told(
    scored: Iterator[pl.DataFrame | Path], n_parts: int, on_progress: OnProgress
) -> Iterator[pl.DataFrame]:
    n_done = 0
    for n_parts_done, source in enumerate(scored, start=1):
        table = pl.read_ipc(source) if isinstance(source, Path) else source
        yield table
        if isinstance(source, Path):
            source.unlink()
        n_done += table.height
        on_progress(n_done, n_done * n_parts // n_parts_done)  # parts are about as large


def _counted(tables: Iterator[pl.DataFrame], tiers: Counter[str]) -> Iterator[pl.DataFrame]:
    for table in tables:
        counted = table.group_by(pl.col("tier").fill_null(INSUFFICIENT)).len()
        tiers.update(dict(counted.iter_rows()))
        yield table
