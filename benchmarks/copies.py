"""Many copies of the company in one log, as large as one likes; memory holds one slice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from benchmarks.rounds import say
from benchmarks.world import World

SLICES = 20
ROWS_PER_GROUP = 200_000  # of the Parquet file; a group for every copy would be far too small


def copied(company: World, n_copies: int) -> Path:
    """Return an activity file of `n_copies` times the customers, made on the first call.

    Every copy has ids of its own. Rows come in the order of time, one slice of the period after
    the other, as logs are written: no customer's rows stand together.
    """
    path = company.folder / f"log-{n_copies}.parquet"
    if not path.exists():
        say(f"writing {n_copies} copies of the company")
        aside = path.with_suffix(".part")
        _write(company, aside, n_copies)
        aside.rename(path)
    return path


def n_customers(path: Path) -> int:
    """Return how many customers a log knows."""
    ids = pl.scan_parquet(path).select(pl.col("customer_id").approx_n_unique()).collect()
    return int(ids.item())


def _write(company: World, path: Path, n_copies: int) -> None:
    log = pl.read_parquet(company.activity).sort("occurred_at")
    first = log["occurred_at"].min()
    if not isinstance(first, datetime):
        raise TypeError(f"{company.activity} has no rows")
    end = datetime.fromisoformat(company.end).replace(tzinfo=UTC) + timedelta(days=1)
    step = (end - first) / SLICES
    writer: pq.ParquetWriter | None = None
    for number in range(SLICES):
        begin = first + number * step
        of_slice = log.filter(pl.col("occurred_at").is_between(begin, begin + step, closed="left"))
        at_once = max(1, ROWS_PER_GROUP // max(of_slice.height, 1))
        for start in range(0, n_copies, at_once):
            copies = range(start, min(start + at_once, n_copies))
            table = pl.concat([_renamed(of_slice, copy) for copy in copies]).to_arrow()
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    if writer:
        writer.close()


def _renamed(rows: pl.DataFrame, copy: int) -> pl.DataFrame:
    suffix = pl.lit(f"-{copy}")
    return rows.with_columns(pl.col("customer_id") + suffix, pl.col("event_id") + suffix)
