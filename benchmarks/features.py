"""Events per second from a log to features, on one core.

    python benchmarks/features.py [--events 10000000] [--customers 200000] [--repeats 5]

Three runs over the same log (log-normal numbers of events per customer, all types):
sorted = features alone, of a sorted history in memory;
codes = group and sort the log in the order of time, then features; customers come as integers;
strings = the same with string ids, which are numbered by their hashes.
Prints the median and the spread of each in CPU time, so that a busy machine disturbs little, and
its ratio to the first.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np
import polars as pl

from app.domain.activity import CHANNEL_CODES, DETAIL_CODES, TYPE_CODES
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.engine import features_of, warm_up
from app.features.history import History, group_and_sort
from app.files import text_hashes

AS_OF = 20_000 * MICROSECONDS_PER_DAY
# Roughly what a shop with an app sees: mostly logins, usage and messages.
WEIGHTS = {"login": 30, "feature_used": 30, "order_placed": 8, "message_sent": 12}
WEIGHTS |= {"message_opened": 6, "ticket_opened": 2, "ticket_replied": 2, "ticket_closed": 2}


def main() -> None:
    """Run the three and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()

    warm_up()
    codes, columns = make_log(given.events, given.customers)
    ids = pl.Series([f"customer-{code:08d}" for code in range(given.customers)])
    strings = ids.gather(codes)
    history = from_codes(codes, given.customers, columns)
    runs: dict[str, Callable[[], object]] = {
        "sorted": lambda: features_of(history, as_of=AS_OF),
        "codes": lambda: features_of(from_codes(codes, given.customers, columns), as_of=AS_OF),
        "strings": lambda: features_of(from_strings(strings, columns), as_of=AS_OF),
    }
    report(runs, given.events, given.repeats)


def make_log(n_events: int, n_customers: int) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the customers and the other columns of a log in the order of time."""
    rng = np.random.default_rng(0)
    share = rng.lognormal(sigma=1.2, size=n_customers)
    codes = rng.choice(n_customers, n_events, p=share / share.sum())
    weight = np.array([WEIGHTS.get(kind, 0.5) for kind in TYPE_CODES])
    columns = {
        "occurred_at": np.sort(AS_OF - rng.integers(1, 730 * MICROSECONDS_PER_DAY, n_events)),
        "kind": rng.choice(len(TYPE_CODES), n_events, p=weight / weight.sum()).astype(np.int16),
        "channel": rng.integers(0, len(CHANNEL_CODES), n_events).astype(np.int8),
        "detail": rng.integers(0, len(DETAIL_CODES), n_events).astype(np.int8),
        "ref": rng.integers(0, 20, n_events),
        "amount": rng.random(n_events) * 100,
    }
    return codes, columns


def from_codes(codes: np.ndarray, n_customers: int, columns: dict[str, Any]) -> History:
    """Return the history of customers that come as integers."""
    return group_and_sort(
        customer_ids=np.arange(n_customers).astype(np.str_), customer_codes=codes, **columns
    )


def from_strings(strings: pl.Series, columns: dict[str, Any]) -> History:
    """Return the history of customers that come as text."""
    customer_ids, codes = text_hashes.dictionary_encode(strings)
    return group_and_sort(customer_ids=customer_ids.to_list(), customer_codes=codes, **columns)


def report(runs: dict[str, Callable[[], object]], n_events: int, repeats: int) -> None:
    """Interleave the runs, print events per second and ratios."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            start = time.process_time()
            run()
            seconds[name].append(time.process_time() - start)
    first = statistics.median(seconds["sorted"])
    for name, took in seconds.items():
        median = statistics.median(took)
        print(
            f"{name:8} {n_events / median / 1e6:6.1f} M events/s "
            f"({n_events / max(took) / 1e6:.1f} to {n_events / min(took) / 1e6:.1f}), "
            f"{first / median:.2f} of sorted"
        )


if __name__ == "__main__":
    main()
