"""Run the scoring of partitions in threads or in processes.

Threads are enough for numbers alone, which are computed without the interpreter's lock. Reasons,
signals and interventions need the lock, so that long logs with reasons are scored in processes.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

import polars as pl

from app.features.engine import warm_up
from app.files.partitions import Partition
from app.use_cases.files.score_partition import Scoring, score_partition
from app.work.in_order import in_order
from app.work.memory import collect_garbage_rarely, retain_freed_memory

_scoring: list[Scoring] = []  # of a worker process: sending it with every partition takes longer


class Runner(Protocol):
    """Scores partitions, several at a time."""

    def score(
        self, partitions: Iterable[Partition], *, log_until: datetime | None
    ) -> Iterator[pl.DataFrame]:
        """Yield the scores of each partition, in the order of `partitions`.

        `log_until` must replace that of the runner's `Scoring`: it is known only after the log has
        been read.
        """
        ...


@dataclass(frozen=True, slots=True)
class ThreadRunner:
    """Scores in threads; at most `ahead` partitions are in work or waiting for the caller."""

    scoring: Scoring
    threads: Executor
    ahead: int

    def score(
        self, partitions: Iterable[Partition], *, log_until: datetime | None
    ) -> Iterator[pl.DataFrame]:
        """Yield the scores of each partition, in the order of `partitions`."""
        scoring = replace(self.scoring, log_until=log_until)
        return in_order(
            self.threads, partial(score_partition, scoring), partitions, ahead=self.ahead
        )


@dataclass(frozen=True, slots=True)
class ProcessRunner:
    """Scores in the processes of `start_processes`; tables come back in files of `folder`."""

    processes: ProcessPoolExecutor
    folder: Path
    ahead: int

    def score(
        self, partitions: Iterable[Partition], *, log_until: datetime | None
    ) -> Iterator[pl.DataFrame]:
        """Yield the scores of each partition, in the order of `partitions`."""
        score = partial(_score_into_file, log_until, self.folder)
        for path in in_order(self.processes, score, enumerate(partitions), ahead=self.ahead):
            yield pl.read_ipc(path)
            path.unlink()


def start_processes(scoring: Scoring, n_workers: int) -> ProcessPoolExecutor:
    """Start the processes of a `ProcessRunner`; they warm up while the caller reads the log."""
    # Polars has threads of its own, which do not survive a fork.
    processes = ProcessPoolExecutor(
        n_workers,
        mp_context=get_context("spawn"),
        initializer=_initialize_process,
        initargs=(scoring,),
    )
    for _ in range(n_workers):
        processes.submit(warm_up)
    return processes


def _initialize_process(scoring: Scoring) -> None:
    _scoring.append(scoring)
    collect_garbage_rarely()
    retain_freed_memory()


def _score_into_file(
    log_until: datetime | None, folder: Path, numbered: tuple[int, Partition]
) -> Path:
    number, partition = numbered
    path = folder / f"scores-{number}.arrow"
    score_partition(replace(_scoring[0], log_until=log_until), partition).write_ipc(path)
    return path
