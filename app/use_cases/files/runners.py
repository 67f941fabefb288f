"""Who scores the parts of a log: threads, or processes where there are many reasons to be made.

Numbers are made without the interpreter's lock, reasons with it.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from app.features.engine import warm_up
from app.files.partitions import LogPart
from app.use_cases.files.score_part import Scoring, scores_of
from app.work.in_order import in_order
from app.work.memory import keep_freed_memory, spare_the_collector

_mine: list[Scoring] = []  # of a process that scores: to send it with every part takes longer


def in_threads(
    scoring: Scoring, parts: Iterable[LogPart], threads: ThreadPoolExecutor, *, ahead: int
) -> Iterator[pl.DataFrame]:
    """Yield the scores of each part, in the order of the parts."""
    return in_order(threads, partial(scores_of, scoring), parts, ahead=ahead)


def started(scoring: Scoring, n_workers: int) -> ProcessPoolExecutor:
    """Return processes for `in_processes`; while they get ready the log can be read."""
    # Polars has threads of its own, which do not survive a fork.
    made = ProcessPoolExecutor(
        n_workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(scoring,)
    )
    for _ in range(n_workers):
        made.submit(warm_up)
    return made


def in_processes(
    processes: ProcessPoolExecutor,
    parts: Iterable[LogPart],
    *,
    log_until: datetime | None,
    folder: Path,
    ahead: int,
) -> Iterator[pl.DataFrame]:
    """Yield the scores of each part, in the order of the parts; tables travel in files of `folder`.

    `log_until` takes the place of that of the `Scoring` that the processes began with: it is known
    once the log is read.
    """
    work = partial(_score, log_until, folder)
    for path in in_order(processes, work, enumerate(parts), ahead=ahead):
        yield pl.read_ipc(path)
        path.unlink()


def _begin(scoring: Scoring) -> None:
    _mine.append(scoring)
    spare_the_collector()
    keep_freed_memory()


def _score(log_until: datetime | None, folder: Path, numbered: tuple[int, LogPart]) -> Path:
    number, part = numbered
    path = folder / f"scores-{number}.arrow"
    scores_of(replace(_mine[0], log_until=log_until), part).write_ipc(path)
    return path
