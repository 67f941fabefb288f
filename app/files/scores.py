"""The files that we write: scores, and rejected rows."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow.parquet as pq

MOMENT: Final = pl.Datetime("us", "UTC")
NUMBERS_SCHEMA: Final = pl.Schema({
    "customer_id": pl.String(),
    "as_of": MOMENT,
    "probability": pl.Float64(),
    "score": pl.Int16(),
    "percentile": pl.Int16(),
    "tier": pl.String(),
    "sufficient_history": pl.Boolean(),
    "stale": pl.Boolean(),
    "probability_low": pl.Float64(),
    "probability_high": pl.Float64(),
    "out_of_distribution": pl.Boolean(),
    "expected_orders_12m": pl.Float64(),
    "expected_revenue_12m": pl.Float64(),
    "value_at_risk": pl.Float64(),
    "next_order_expected_at": MOMENT,
    "bundle_id": pl.String(),
})
SCHEMA: Final = pl.Schema({
    **NUMBERS_SCHEMA,
    "reasons": pl.String(),
    "signals": pl.String(),
    "interventions": pl.String(),
})


def write_scores(path: Path, parts: Iterable[pl.DataFrame], *, schema: pl.Schema = SCHEMA) -> int:
    """Write one row per customer to a Parquet file and return the number of rows.

    Each table in `parts` must have the columns of `schema`, in its order: reasons, signals and
    interventions as JSON text; risk and value null where the history is not sufficient. Each table
    is written before the next one is requested. The file appears complete or not at all.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    n_rows = 0
    columns = pl.DataFrame(schema=schema).to_arrow().schema
    dictionaries = [name for name, kind in schema.items() if _has_few_values(name, kind)]
    options = {"compression": "zstd", "compression_level": 1, "use_dictionary": dictionaries}
    try:
        with pq.ParquetWriter(temporary, columns, **options) as writer:
            for part in parts:
                writer.write_table(part.to_arrow().cast(columns))
                n_rows += part.height
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return n_rows


def _has_few_values(name: str, kind: pl.DataType) -> bool:
    """Return whether a dictionary of its distinct values makes a column smaller."""
    return name != "customer_id" and not kind.is_float()


def write_rejects(source: Path, rejects: pl.DataFrame) -> Path | None:
    """Write rejected rows to ``FILE.rejects.csv`` beside `source`; None if there are none."""
    path = source.with_name(f"{source.name}.rejects.csv")
    if rejects.is_empty():
        return None
    rejects.write_csv(path)
    return path


def append_rejects(source: Path, rejects: pl.DataFrame, *, to: Path | None) -> Path | None:
    """Append rejected rows to the file `to`, or write the first ones; return the file, if any."""
    if to is None or rejects.is_empty():
        return to or write_rejects(source, rejects)
    with to.open("ab") as file:
        rejects.write_csv(file, include_header=False)
    return to
