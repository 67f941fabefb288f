"""The valid rows of a file, and the rejected ones with their reasons."""

from dataclasses import dataclass
from functools import cache

import polars as pl

from app.files.tables import BROKEN, LINE, ROW
from app.files.validation import ValidatedColumn


@dataclass(frozen=True, slots=True)
class ValidatedRows:
    """A chunk of a file after validation; `rejects` has the columns `line`, `reason` and `row`."""

    good: pl.DataFrame
    rejects: pl.DataFrame


@cache
def validate_row() -> ValidatedColumn:
    """Reject rows that could not be split into fields; must come before the fields themselves."""
    return ValidatedColumn(BROKEN, pl.col(BROKEN), pl.col(BROKEN).is_not_null(), pl.col(BROKEN))


def split_rejects(table: pl.DataFrame, values: pl.DataFrame, reasons: pl.Series) -> ValidatedRows:
    """Return the good rows as they are in `values`, and the rows of `table` that have a reason.

    A rejected row is shown as it is written in the file; a row of a Parquet file as JSON.
    """
    rejected = reasons.is_not_null().arg_true()
    rejects = table[rejected].select(LINE, reasons.gather(rejected).alias("reason"), ROW)
    if rejected.is_empty():
        return ValidatedRows(values, rejects)
    if rejects[ROW].null_count():
        fields = table[rejected].select(pl.struct(values.columns)).to_series()
        rejects = rejects.with_columns(fields.struct.json_encode().alias(ROW))
    return ValidatedRows(values.filter(reasons.is_null()), rejects)
