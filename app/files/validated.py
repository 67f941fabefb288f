"""Rows that were judged: good ones and refused ones apart."""

from dataclasses import dataclass
from functools import cache

import polars as pl

from app.files.tables import BROKEN, LINE, ROW
from app.files.validation import Checked


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """A part of a file; `rejects` has `line`, `reason` and `row`."""

    good: pl.DataFrame
    rejects: pl.DataFrame


@cache
def broken() -> Checked:
    """Return the check that a row is one at all; it goes before those of fields."""
    return Checked(BROKEN, pl.col(BROKEN), pl.col(BROKEN).is_not_null(), pl.col(BROKEN))


def judged_rows(table: pl.DataFrame, values: pl.DataFrame, reasons: pl.Series) -> JudgedRows:
    """Return the rows of `table` apart: the good ones as in `values`, the others with reasons.

    A refused row shows as it stood in the file; of Parquet, its fields as JSON.
    """
    refused = reasons.is_not_null().arg_true()
    rejects = table[refused].select(LINE, reasons.gather(refused).alias("reason"), ROW)
    if refused.is_empty():
        return JudgedRows(values, rejects)
    if rejects[ROW].null_count():
        whole = table[refused].select(pl.struct(values.columns)).to_series()
        rejects = rejects.with_columns(whole.struct.json_encode().alias(ROW))
    return JudgedRows(values.filter(reasons.is_null()), rejects)
