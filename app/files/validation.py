"""What is wrong with a field, for a whole column at once: expressions of values and of reasons.

A `Checked` is a value (null where there is none or it is refused), whether a row is suspect, and a
reason (null where there is nothing to refuse); the reason names the field and the value and says
what to do. Reasons are sentences, so they are asked of suspect rows only: nearly none.

Checks are the same for every part of a file, and kept: to write the expressions down takes as long
as to ask them of fifty thousand rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Final

import polars as pl

from app.domain.activity import MAX_AMOUNT, MAX_TEXT_CHARACTERS
from app.domain.errors import UnreadableFile
from app.domain.moments import EARLIEST, LATEST
from app.files import customer_codes

MOMENT: Final = pl.Datetime("us", "UTC")
_SHOWN_CHARACTERS: Final = 60  # of a refused value
_CURRENCY: Final = r"^[A-Z]{3}$"
_DATE: Final = r"^\d{4}-\d\d-\d\d$"
_PLAIN: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"
_TIMED: Final = (
    r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|z|[+-]\d\d(?::?\d\d)?)?$"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """The value of a field and the reason to refuse it, for a whole column.

    `suspect` holds wherever there is a reason, may hold elsewhere, and costs next to nothing.
    """

    name: str
    value: pl.Expr
    suspect: pl.Expr
    reason: pl.Expr


def check_zone(timezone: str | None) -> None:
    """Return if `timezone` is a name of the time zone database, or None.

    Raises
    ------
    UnreadableFile
        Otherwise.
    """
    try:
        pl.Series([EARLIEST]).dt.convert_time_zone(timezone or "UTC")
    except pl.exceptions.ComputeError:
        raise UnreadableFile(
            f"there is no time zone {timezone!r}: use a name such as Europe/London"
        ) from None


def reasons(table: pl.DataFrame, checks: Sequence[Checked], *others: Checked) -> pl.Series:
    """Return the first reason to refuse each row of `table`; null = the row is good.

    `others` go first; only their suspicions and reasons matter.
    """
    asked = (*others, *checks)
    # A suspicion about nothing is null; `fill_null` at the end, because False | null is null.
    suspect = table.select(
        pl.any_horizontal(check.suspect for check in asked).fill_null(value=False)
    )
    rows = suspect.to_series().arg_true()
    found = pl.repeat(None, table.height, dtype=pl.String, eager=True).alias("reason")
    if rows.is_empty():
        return found
    told = table[rows].select(pl.coalesce(check.reason for check in asked)).to_series()
    return found.scatter(rows, told)


def never(name: str, value: pl.Expr) -> Checked:
    """Return a field that there is nothing to refuse in."""
    return Checked(name, value, pl.lit(value=False), pl.lit(None, pl.String))


def shown(name: str) -> pl.Expr:
    """Return the field as messages show it: quoted, cut where it is long."""
    text = pl.col(name).cast(pl.String).str.slice(0, _SHOWN_CHARACTERS)
    return pl.format("'{}'", text)


@cache
def text(name: str, *, required: bool = False) -> Checked:
    """Check a text of at most 200 characters."""
    value = pl.col(name).cast(pl.String)
    too_long = value.str.len_chars() > MAX_TEXT_CHARACTERS
    suspect = value.str.len_bytes() > MAX_TEXT_CHARACTERS
    reason: pl.Expr = pl.when(too_long).then(
        pl.format(f"{name} {{}}… is longer than {MAX_TEXT_CHARACTERS} characters", shown(name))
    )
    if required:
        empty = value.is_null() | (value == "")
        reason = pl.when(empty).then(pl.lit(f"{name} is empty")).otherwise(reason)
        suspect |= empty
    return Checked(name, value, suspect, reason)


def currency(name: str, column: pl.Series) -> Checked:
    """Check a currency: three letters, as in ISO 4217; returned in capitals."""
    value = pl.col(name).cast(pl.String)
    distinct = customer_codes.distinct(column) if column.dtype == pl.String else column.unique()
    distinct = distinct.cast(pl.String).drop_nulls()
    if distinct.str.contains(_CURRENCY).all():  # few in any file: no need to look at every row
        return never(name, value)
    value = value.str.to_uppercase()
    bad = ~value.str.contains(_CURRENCY)
    reason = pl.format(f"{name} {{}} is no currency of three letters such as EUR", shown(name))
    return Checked(name, value, bad, pl.when(bad).then(reason))


@cache
def number(name: str, dtype: pl.DataType) -> Checked:
    """Check a finite number of at most `MAX_AMOUNT`; a column of type `dtype`."""
    value = pl.col(name).cast(pl.Float64, strict=False)
    if dtype.is_float():  # data frames write a missing number as NaN
        value = value.fill_nan(None)
    none = pl.lit(value=False)
    if not dtype.is_float():
        none = pl.col(name).is_not_null() & value.is_null()
    suspect = none | ~value.is_between(-MAX_AMOUNT, MAX_AMOUNT)
    reason = (
        pl
        .when(none)
        .then(pl.format(f"{name} {{}} is no number; decimals need a point", shown(name)))
        .when(~value.is_finite())
        .then(pl.format(f"{name} {{}} is not finite", shown(name)))
        .when(value.abs() > MAX_AMOUNT)
        .then(pl.format(f"{name} {{}} is larger than {MAX_AMOUNT:.0e}", shown(name)))
    )
    return Checked(name, value, suspect, reason)


@cache
def truth(name: str) -> Checked:
    """Check a yes or no."""
    lowered = pl.col(name).cast(pl.String).str.to_lowercase()
    value = (
        pl
        .when(lowered.is_in(["true", "yes", "y", "1"]))
        .then(pl.lit(value=True))
        .when(lowered.is_in(["false", "no", "n", "0"]))
        .then(pl.lit(value=False))
    )
    bad = pl.col(name).is_not_null() & value.is_null()
    reason = pl.format(f"{name} {{}} is neither true nor false", shown(name))
    return Checked(name, value, bad, pl.when(bad).then(reason))


def moment(
    name: str,
    column: pl.Series,
    *,
    timezone: str | None,
    required: bool = False,
    not_after: datetime | None = None,
) -> Checked:
    """Check a moment: ISO 8601 text, a date, or a timestamp, as `column` holds them.

    Without a zone it is local to `timezone`, refused where that is None; a bare date is its
    midnight there, or UTC. Moments that the clocks of `timezone` skip or show twice are refused.
    """
    plain = isinstance(column.dtype, pl.String) and bool(column.str.contains(_PLAIN).all())
    return _moment(
        name,
        column.dtype,
        plain=plain,
        timezone=timezone,
        required=required,
        not_after=not_after,
    )


@lru_cache(maxsize=64)
def _moment(
    name: str,
    dtype: pl.DataType,
    *,
    plain: bool,
    timezone: str | None,
    required: bool,
    not_after: datetime | None,
) -> Checked:
    """Return the check of columns of this type, `plain` where all texts are as machines write."""
    if not isinstance(dtype, pl.String):
        value, readable, zoned = _of_type(name, dtype, timezone)
    elif plain:  # at a quarter of the time
        value, readable, zoned = _of_plain_text(name)
    else:
        value, readable, zoned = _of_text(name, timezone)
    given = pl.col(name).is_not_null()
    reason = (
        pl
        .when(given & ~readable)
        .then(
            pl.format(
                f"{name} {{}} is no ISO 8601 date or moment, for example 2026-09-11T08:30:00Z",
                shown(name),
            )
        )
        .when(given & ~zoned)
        .then(
            pl.format(
                f"{name} {{}} has no time zone: say which with --timezone, for example "
                "--timezone Europe/London",
                shown(name),
            )
        )
        .when(given & value.is_null())
        .then(
            pl.format(
                f"{name} {{}} does not exist, or exists twice, on the clocks of {timezone}",
                shown(name),
            )
        )
        .when((value < EARLIEST) | (value >= LATEST))
        .then(pl.format(f"{name} {{}} is not in the years 1900 to 2199", shown(name)))
    )
    suspect = (given & ~(readable & zoned & value.is_not_null())) | ~value.is_between(
        EARLIEST, LATEST, closed="left"
    )
    if not_after is not None:
        suspect |= value > not_after
        reason = reason.when(value > not_after).then(
            pl.format(f"{name} {{}} lies in the future", shown(name))
        )
    if required:
        suspect |= ~given
        reason = reason.when(~given).then(pl.lit(f"{name} is empty"))
    return Checked(name, value, suspect, reason)


def _of_text(name: str, timezone: str | None) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return the moment, whether the text names one, and whether its zone is known."""
    column = pl.col(name)
    groups = column.str.extract_groups(_TIMED)
    clock, zone = groups.struct.field("2"), groups.struct.field("3")
    clock = pl.when(clock.str.len_bytes() == len("08:30")).then(clock + ":00").otherwise(clock)
    local = (groups.struct.field("1") + "T" + clock).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False
    )
    day = (
        pl
        .when(column.str.contains(_DATE))
        .then(column)
        .str.to_datetime("%Y-%m-%d", time_unit="us", strict=False)
    )
    value = pl.coalesce(
        pl.when(zone.is_not_null()).then((local - _offset(zone)).dt.replace_time_zone("UTC")),
        pl.when(zone.is_null()).then(_localised(local, timezone)),
        _localised(day, timezone),
    )
    bare = day.is_not_null()
    zoned = zone.is_not_null() | bare | pl.lit(timezone is not None)
    return value, local.is_not_null() | bare, zoned


def _of_plain_text(name: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    local = pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", strict=False)
    return local.dt.replace_time_zone("UTC"), local.is_not_null(), pl.lit(value=True)


def _of_type(
    name: str, dtype: pl.DataType, timezone: str | None
) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    column = pl.col(name)
    yes, no = pl.lit(value=True), pl.lit(value=False)
    if isinstance(dtype, pl.Date):
        return _localised(column.cast(pl.Datetime("us")), timezone), yes, yes
    if not isinstance(dtype, pl.Datetime):
        return pl.lit(None, MOMENT), no, yes
    column = column.dt.cast_time_unit("us")
    if dtype.time_zone is not None:
        return column.dt.convert_time_zone("UTC"), yes, yes
    return _localised(column, timezone), yes, pl.lit(timezone is not None)


def _localised(local: pl.Expr, timezone: str | None) -> pl.Expr:
    if timezone is None:
        return local.dt.replace_time_zone("UTC")
    return local.dt.replace_time_zone(
        timezone, ambiguous="null", non_existent="null"
    ).dt.convert_time_zone("UTC")


def _offset(zone: pl.Expr) -> pl.Expr:
    digits = zone.str.replace(":", "", literal=True).str.to_uppercase()
    minutes = digits.str.slice(1, 2).cast(pl.Int64, strict=False) * 60 + digits.str.slice(
        3, 2
    ).cast(pl.Int64, strict=False).fill_null(0)
    signed = pl.when(digits.str.starts_with("-")).then(-minutes).otherwise(minutes)
    return pl.duration(minutes=pl.when(digits == "Z").then(pl.lit(0)).otherwise(signed))
