"""Files that go out: scores, and rows that were refused."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import polars as pl

SCHEMA: Final = pl.Schema({
    "customer_id": pl.String(),
    "as_of": pl.Datetime("us", "UTC"),
    "probability": pl.Float64(),
    "score": pl.Int16(),
    "percentile": pl.Int16(),
    "tier": pl.String(),
    "sufficient_history": pl.Boolean(),
    "bundle_id": pl.String(),
    "reasons": pl.String(),
    "signals": pl.String(),
    "interventions": pl.String(),
})


def write_scores(path: Path, parts: Iterable[Sequence[tuple[object, ...]]]) -> int:
    """Write one row per customer to a Parquet file and return their number.

    Each part is a sequence of rows with the columns of `SCHEMA`, in its order: the last three as
    JSON text, the four of the risk None where the history is not sufficient. The file appears
    whole or not at all.
    """
    frames = [pl.DataFrame(list(part), schema=SCHEMA, orient="row") for part in parts]
    table = pl.concat(frames) if frames else pl.DataFrame(schema=SCHEMA)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    table.write_parquet(aside, compression="zstd", compression_level=1)
    aside.replace(path)
    return table.height


def write_rejects(source: Path, rejects: pl.DataFrame) -> Path | None:
    """Write refused rows beside their file as ``FILE.rejects.csv``; None where there are none."""
    path = source.with_name(f"{source.name}.rejects.csv")
    if rejects.is_empty():
        return None
    rejects.write_csv(path)
    return path
