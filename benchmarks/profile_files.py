"""Where the processor time of a rescoring goes, by stage, in one thread.

``python -m benchmarks.profile_files ACTIVITY MODELS [ROUNDS]`` prints nanoseconds per event; the
least of the rounds, since others on the machine only ever add. Polars decodes ahead: some of its
time is counted with the stage behind, less with POLARS_MAX_THREADS=1.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from app.bundle.opening import open_promoted
from app.bundle.risk_bundle import RiskBundle
from app.domain.moments import to_micros
from app.domain.playbooks import Playbook
from app.features.engine import features_of, warm_up
from app.files.activity import raw_activity_chunks, validate_activity
from app.files.partitions import PartitionedLog
from app.files.scores import NUMBERS_SCHEMA, write_scores
from app.playbook.read import DEFAULT_PLAYBOOK, read_playbook
from app.use_cases.files.score_partition import Scoring, score_history
from app.work.memory import retain_freed_memory


class Stages:
    """Processor seconds by stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Count what happens inside."""
        started = time.process_time()
        yield
        self.seconds[name] += time.process_time() - started


def main() -> None:
    """Measure and print."""
    activity, models = Path(sys.argv[1]), Path(sys.argv[2])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    warm_up()
    retain_freed_memory()
    bundle = open_promoted(models)
    n_events = pl.scan_parquet(activity).select(pl.len()).collect().item()
    playbook = read_playbook(DEFAULT_PLAYBOOK)
    found = [_measured(activity, bundle, playbook, n_events) for _ in range(rounds)]
    for name in found[0]:
        print(f"{name:32}{min(one[name] for one in found) / n_events * 1e9:7.1f} ns per event")


def _measured(
    activity: Path, bundle: RiskBundle, playbook: Playbook, n_events: int
) -> dict[str, float]:
    stages = Stages()
    as_of = bundle.manifest.facts.trained_until
    numbers, reasons = Scoring(bundle, None, as_of, None), Scoring(bundle, playbook, as_of, None)
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        log = PartitionedLog(Path(folder), n_events)
        _read(activity, bundle, log, stages)
        parts = iter(log.partitions(thread))
        while True:
            with stages.of("finding repeated ids"):
                part = next(parts, None)
            if part is None:
                return stages.seconds
            with stages.of("grouping and sorting"):
                history = part.history(currency=bundle.currency)
            with stages.of("features (in the next two)"):
                features_of(history, as_of=to_micros(as_of))
            with stages.of("scoring without reasons"):
                table = pl.concat(score_history(numbers, history))
            with stages.of("scoring with reasons"):
                pl.concat(score_history(reasons, history))
            with stages.of("writing"):
                write_scores(Path(folder) / "scores.parquet", [table], schema=NUMBERS_SCHEMA)


def _read(activity: Path, bundle: RiskBundle, log: PartitionedLog, stages: Stages) -> None:
    tables = raw_activity_chunks(activity)
    while True:
        with stages.of("reading Parquet"):
            table = next(tables, None)
        if table is None:
            return
        with stages.of("validating rows"):
            good = validate_activity(table).good
        with stages.of("making records"):
            batch = log.pack(good, currency=bundle.currency)
        with stages.of("storing records"):
            log.add_events(batch)


if __name__ == "__main__":
    main()
