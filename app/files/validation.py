"""Validate the fields of a whole column at once, with Polars expressions.

Every ``validate_…`` function returns a `ValidatedColumn`. Its reason names the field and the value
and says what to do about it. Reasons are built for suspect rows only, because formatting sentences
is slow and almost no row is suspect.

The functions are cached where their expressions are the same for every chunk of a file: building
the expressions takes as long as applying them to fifty thousand rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

from app.domain.activity import MAX_AMOUNT, MAX_TEXT_CHARACTERS
from app.files import text_hashes

_QUOTED_CHARACTERS: Final = 60  # of a rejected value
_CURRENCY: Final = r"^[A-Z]{3}$"


@dataclass(frozen=True, slots=True)
class ValidatedColumn:
    """The values of a field, and the reasons to reject rows because of it.

    Attributes
    ----------
    name
        The field.
    value
        The parsed value; null where the field is empty or invalid.
    suspect
        Must be true wherever there is a reason, may be true elsewhere, and must be cheap.
    reason
        Why the row is rejected; null where the field is valid.
    """

    name: str
    value: pl.Expr
    suspect: pl.Expr
    reason: pl.Expr


def first_reasons(table: pl.DataFrame, columns: Sequence[ValidatedColumn]) -> pl.Series:
    """Return the first reason among `columns` to reject each row of `table`; null = a good row."""
    suspect = table.select(
        # A comparison with null is null, and so is False | null: hence `fill_null`.
        pl.any_horizontal(column.suspect for column in columns).fill_null(value=False)
    )
    rows = suspect.to_series().arg_true()
    reasons = pl.repeat(None, table.height, dtype=pl.String, eager=True).alias("reason")
    if rows.is_empty():
        return reasons
    found = table[rows].select(pl.coalesce(column.reason for column in columns)).to_series()
    return reasons.scatter(rows, found)


def quoted(name: str) -> pl.Expr:
    """Return the field as reasons show it: in quotes, and cut off if it is long."""
    text = pl.col(name).cast(pl.String).str.slice(0, _QUOTED_CHARACTERS)
    return pl.format("'{}'", text)


def accept_all(name: str, value: pl.Expr) -> ValidatedColumn:
    """Accept every value of a field."""
    return ValidatedColumn(name, value, pl.lit(value=False), pl.lit(None, pl.String))


@cache
def validate_text(name: str, *, required: bool = False) -> ValidatedColumn:
    """Accept texts of at most 200 characters."""
    value = pl.col(name).cast(pl.String)
    too_long = value.str.len_chars() > MAX_TEXT_CHARACTERS
    suspect = value.str.len_bytes() > MAX_TEXT_CHARACTERS
    reason: pl.Expr = pl.when(too_long).then(
        pl.format(f"{name} {{}}… is longer than {MAX_TEXT_CHARACTERS} characters", quoted(name))
    )
    if required:
        empty = value.is_null() | (value == "")
        reason = pl.when(empty).then(pl.lit(f"{name} is empty")).otherwise(reason)
        suspect |= empty
    return ValidatedColumn(name, value, suspect, reason)


def validate_currency(name: str, column: pl.Series) -> ValidatedColumn:
    """Accept the three letters of an ISO 4217 code in either case; the value is in capitals."""
    value = pl.col(name).cast(pl.String)
    if _are_currencies(column):
        return accept_all(name, value)
    value = value.str.to_uppercase()
    bad = ~value.str.contains(_CURRENCY)
    reason = pl.format(f"{name} {{}} is not a three-letter currency code such as EUR", quoted(name))
    return ValidatedColumn(name, value, bad, pl.when(bad).then(reason))


def _are_currencies(column: pl.Series) -> bool:
    """Return whether all values are valid already; a file has few distinct ones to look at."""
    distinct = text_hashes.distinct_texts(column) if column.dtype == pl.String else column.unique()
    return bool(distinct.cast(pl.String).drop_nulls().str.contains(_CURRENCY).all())


@cache
def validate_number(name: str, dtype: pl.DataType) -> ValidatedColumn:
    """Accept finite numbers of at most `MAX_AMOUNT`, from a column of type `dtype`."""
    value = pl.col(name).cast(pl.Float64, strict=False)
    unparsable = pl.lit(value=False)
    if dtype.is_float():
        value = value.fill_nan(None)  # data frames write a missing number as NaN
    else:
        unparsable = pl.col(name).is_not_null() & value.is_null()
    suspect = unparsable | ~value.is_between(-MAX_AMOUNT, MAX_AMOUNT)
    reason = (
        pl
        .when(unparsable)
        .then(pl.format(f"{name} {{}} is not a number; use a point for decimals", quoted(name)))
        .when(~value.is_finite())
        .then(pl.format(f"{name} {{}} is not finite", quoted(name)))
        .when(value.abs() > MAX_AMOUNT)
        .then(pl.format(f"{name} {{}} is larger than {MAX_AMOUNT:.0e}", quoted(name)))
    )
    return ValidatedColumn(name, value, suspect, reason)


@cache
def validate_boolean(name: str) -> ValidatedColumn:
    """Accept true or false, yes or no, y or n, 1 or 0, in any case."""
    lowered = pl.col(name).cast(pl.String).str.to_lowercase()
    value = (
        pl
        .when(lowered.is_in(["true", "yes", "y", "1"]))
        .then(pl.lit(value=True))
        .when(lowered.is_in(["false", "no", "n", "0"]))
        .then(pl.lit(value=False))
    )
    bad = pl.col(name).is_not_null() & value.is_null()
    reason = pl.format(f"{name} {{}} is neither true nor false", quoted(name))
    return ValidatedColumn(name, value, bad, pl.when(bad).then(reason))
