"""Build all features whenever a line arrives on standard input, and answer with the seconds.

Seconds are processor time of one thread.

``python -m benchmarks.build_features FILE LOG AS_OF OUT``: LOG is what the frames of
benchmarks/peers/frames are given too, with customers as text and in the order of time; finding the
customers, grouping and sorting count. The first build is written to OUT as Parquet. A line "file"
builds from FILE instead, an activity file as customers have it.
"""

import sys
import time
from pathlib import Path
from typing import Any

import polars as pl

from app.features.catalogue import FEATURE_NAMES
from app.features.engine import features_of, warm_up
from app.features.history import History, group_and_sort
from app.files import text_hashes
from app.files.activity import read_activity
from app.files.histories import history_of

IN_MEMORY = (
    "occurred_at", "received_at", "kind", "channel", "detail", "ref", "amount", "until",
)  # fmt: skip  # the columns of a History


def main() -> None:
    """Load the log, then wait for lines."""
    file, log, as_of, out = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    warm_up()
    frame = pl.read_parquet(log)
    ids, columns = frame["customer_id"], {name: frame[name].to_numpy() for name in IN_MEMORY}
    history = _history(ids, columns)
    rows = pl.DataFrame(features_of(history, as_of=as_of), schema=list(FEATURE_NAMES))
    rows.with_columns(customer_id=pl.Series(history.customer_ids)).write_parquet(out)
    print("ready", flush=True)
    for line in sys.stdin:
        started = time.process_time()
        if line.strip() == "file":
            history = history_of(read_activity(file).good, currency=None)
        else:
            history = _history(ids, columns)
        features_of(history, as_of=as_of)
        print(time.process_time() - started, flush=True)


def _history(ids: pl.Series, columns: dict[str, Any]) -> History:
    customers, codes = text_hashes.dictionary_encode(ids)
    return group_and_sort(customer_ids=customers.to_list(), customer_codes=codes, **columns)


if __name__ == "__main__":
    main()
