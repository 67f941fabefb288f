"""Rescore millions of customers from Parquet to Parquet, and watch the memory.

``python -m benchmarks.rescore_many [--customers 5000000] [--quick] [--without]`` writes the log in
chunks (once; 25 bytes an event), then scores it as `holdfast score` does, and prints customers per
second, events, and the most memory of all processes together. `--quick` copies the smaller
simulated company.
"""

import argparse

import polars as pl

from benchmarks.copies import copied
from benchmarks.plan import FULL, QUICK
from benchmarks.rescore_files import scored
from benchmarks.world import world


def main() -> None:
    """Write the log, score it and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5_000_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--without", action="store_true", help="numbers alone, no reasons")
    given = parser.parse_args()
    plan = QUICK if given.quick else FULL
    company = world(plan)
    log = copied(company, given.customers // plan.n_customers)
    n_events = pl.scan_parquet(log).select(pl.len()).collect().item()
    done = scored("without" if given.without else "with", company, log)
    print(
        f"{done['customers']:,.0f} customers, {n_events:,} events in {done['seconds']:.1f} s "
        f"({done['cpu_seconds']:.1f} s of processor time): "
        f"{done['customers'] / done['seconds']:,.0f} customers/s, {done['peak_mb']:.0f} MB"
    )


if __name__ == "__main__":
    main()
