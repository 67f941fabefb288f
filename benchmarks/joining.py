"""What it costs SQLite to join recent events to histories; a program of its own.

``python -m benchmarks.joining`` joins 10,000 to 100,000 events of companies of three sizes, whose
histories have 50 events each, and prints how long the lock is held and what an event costs.
"""

import os
import random
import tempfile
import time
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from app.db.connections.connect import connect, writer_factory
from app.db.log.packing import PACKED
from app.db.log.recent import join_recent
from app.db.migrate import migrate

N_CUSTOMERS = (5_000, 50_000, 300_000)
N_EVENTS = (10_000, 20_000, 50_000, 100_000)
EVENTS_PER_HISTORY = 50


def main() -> None:
    """Print a line per company and number of events."""
    print("customers  events  lock held, ms  processor µs per event")
    for n_customers in N_CUSTOMERS:
        with tempfile.TemporaryDirectory(prefix="holdfast-joining-") as folder:
            url = f"sqlite:///{Path(folder) / 'holdfast.db'}"
            migrate(url)
            engine = connect(url)
            writers = writer_factory(engine)
            ids = [f"c{number:07d}" for number in range(n_customers)]
            _append(writers, ids * EVENTS_PER_HISTORY)
            _join(writers)
            for n_events in N_EVENTS:
                _append(writers, random.Random(1).choices(ids, k=n_events))  # noqa: S311 - no secret
                held, used = _join(writers)
                each = used / n_events * 1e6
                print(f"{n_customers:9,} {n_events:7,} {held * 1e3:14,.0f} {each:23.1f}")
            engine.dispose()


def _append(writers: sessionmaker[Session], customer_ids: list[str]) -> None:
    rows = [(each, os.urandom(PACKED.itemsize)) for each in customer_ids]
    with writers.begin() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO recent_activity (customer_id, packed) VALUES (?, ?)", rows
        )


def _join(writers: sessionmaker[Session]) -> tuple[float, float]:
    """Join what is recent; return for how many seconds, and seconds of the processor."""
    started, used = time.perf_counter(), time.process_time()
    with writers.begin() as session:
        join_recent(session.connection())
    return time.perf_counter() - started, time.process_time() - used


if __name__ == "__main__":
    main()
