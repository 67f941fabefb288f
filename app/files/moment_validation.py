"""Validate moments: ISO 8601 texts, dates and timestamps, in UTC or in a local time zone."""

from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

import polars as pl

from app.domain.errors import UnreadableFile
from app.domain.moments import EARLIEST, LATEST
from app.files.validation import ValidatedColumn, quoted

MOMENT: Final = pl.Datetime("us", "UTC")
_DATE: Final = r"^\d{4}-\d\d-\d\d$"
_CANONICAL: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"
_TIMED: Final = (
    r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|z|[+-]\d\d(?::?\d\d)?)?$"
)


class _Parsed(NamedTuple):
    """A column of moments: their values, whether each could be read, and whether it has a zone."""

    value: pl.Expr
    readable: pl.Expr
    zoned: pl.Expr


def require_known_time_zone(timezone: str | None) -> None:
    """Return if `timezone` is None or a name in the time zone database.

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


def validate_moment(
    name: str,
    column: pl.Series,
    *,
    timezone: str | None,
    required: bool = False,
    not_after: datetime | None = None,
) -> ValidatedColumn:
    """Accept ISO 8601 texts, dates and timestamps in the years 1900 to 2199.

    A moment without a zone is local to `timezone`, and is rejected if that is None. A bare date
    means midnight in `timezone`, or in UTC if that is None. Moments that the clocks of `timezone`
    skip or show twice are rejected, and so are moments after `not_after`.
    """
    canonical = isinstance(column.dtype, pl.String) and bool(column.str.contains(_CANONICAL).all())
    return _validate_moment(
        name,
        column.dtype,
        canonical=canonical,
        timezone=timezone,
        required=required,
        not_after=not_after,
    )


@lru_cache(maxsize=64)
def _validate_moment(
    name: str,
    dtype: pl.DataType,
    *,
    canonical: bool,
    timezone: str | None,
    required: bool,
    not_after: datetime | None,
) -> ValidatedColumn:
    parsed = _parse(name, dtype, canonical=canonical, timezone=timezone)
    value, given = parsed.value, pl.col(name).is_not_null()
    suspect = _is_suspect(parsed, given)
    reasons = _reasons(name, parsed, given, timezone)
    if not_after is not None:
        suspect |= value > not_after
        reasons.append(_reason(name, value > not_after, "lies in the future"))
    if required:
        suspect |= ~given
        reasons.append(pl.when(~given).then(pl.lit(f"{name} is empty")))
    return ValidatedColumn(name, value, suspect, pl.coalesce(reasons))


def _is_suspect(parsed: _Parsed, given: pl.Expr) -> pl.Expr:
    in_range = parsed.value.is_between(EARLIEST, LATEST, closed="left")
    return (given & ~(parsed.readable & parsed.zoned & parsed.value.is_not_null())) | ~in_range


def _reasons(name: str, parsed: _Parsed, given: pl.Expr, timezone: str | None) -> list[pl.Expr]:
    """Return why a given moment is invalid, in the order in which parsing finds out."""
    value = parsed.value
    unreadable = "is not an ISO 8601 date or moment, for example 2026-09-11T08:30:00Z"
    unzoned = "has no time zone: say which with --timezone, for example --timezone Europe/London"
    no_such_time = f"does not exist, or exists twice, on the clocks of {timezone}"
    out_of_range = (value < EARLIEST) | (value >= LATEST)
    return [
        _reason(name, given & ~parsed.readable, unreadable),
        _reason(name, given & ~parsed.zoned, unzoned),
        _reason(name, given & value.is_null(), no_such_time),
        _reason(name, out_of_range, "is not in the years 1900 to 2199"),
    ]


def _reason(name: str, invalid: pl.Expr, text: str) -> pl.Expr:
    return pl.when(invalid).then(pl.format(f"{name} {{}} {text}", quoted(name)))


def _parse(name: str, dtype: pl.DataType, *, canonical: bool, timezone: str | None) -> _Parsed:
    """Parse a column of type `dtype`; `canonical`: all texts look like 2026-09-11T08:30:00Z."""
    if not isinstance(dtype, pl.String):
        return _parse_typed(name, dtype, timezone)
    if canonical:  # takes a quarter of the time
        return _parse_canonical_text(name)
    return _parse_text(name, timezone)


def _parse_typed(name: str, dtype: pl.DataType, timezone: str | None) -> _Parsed:
    column = pl.col(name)
    yes, no = pl.lit(value=True), pl.lit(value=False)
    if isinstance(dtype, pl.Date):
        return _Parsed(_to_utc(column.cast(pl.Datetime("us")), timezone), yes, yes)
    if not isinstance(dtype, pl.Datetime):
        return _Parsed(pl.lit(None, MOMENT), no, yes)
    column = column.dt.cast_time_unit("us")
    if dtype.time_zone is not None:
        return _Parsed(column.dt.convert_time_zone("UTC"), yes, yes)
    return _Parsed(_to_utc(column, timezone), yes, pl.lit(timezone is not None))


def _parse_canonical_text(name: str) -> _Parsed:
    local = pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", strict=False)
    return _Parsed(local.dt.replace_time_zone("UTC"), local.is_not_null(), pl.lit(value=True))


def _parse_text(name: str, timezone: str | None) -> _Parsed:
    groups = pl.col(name).str.extract_groups(_TIMED)
    zone = groups.struct.field("3")
    local = _local_time(groups.struct.field("1"), groups.struct.field("2"))
    day = _midnight(pl.col(name))
    value = pl.coalesce(
        pl.when(zone.is_not_null()).then((local - _offset(zone)).dt.replace_time_zone("UTC")),
        pl.when(zone.is_null()).then(_to_utc(local, timezone)),
        _to_utc(day, timezone),
    )
    bare = day.is_not_null()
    zoned = zone.is_not_null() | bare | pl.lit(timezone is not None)
    return _Parsed(value, local.is_not_null() | bare, zoned)


def _local_time(date: pl.Expr, clock: pl.Expr) -> pl.Expr:
    clock = pl.when(clock.str.len_bytes() == len("08:30")).then(clock + ":00").otherwise(clock)
    return (date + "T" + clock).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False
    )


def _midnight(column: pl.Expr) -> pl.Expr:
    date = pl.when(column.str.contains(_DATE)).then(column)
    return date.str.to_datetime("%Y-%m-%d", time_unit="us", strict=False)


def _to_utc(local: pl.Expr, timezone: str | None) -> pl.Expr:
    if timezone is None:
        return local.dt.replace_time_zone("UTC")
    return local.dt.replace_time_zone(
        timezone, ambiguous="null", non_existent="null"
    ).dt.convert_time_zone("UTC")


def _offset(zone: pl.Expr) -> pl.Expr:
    """Return how far a zone written as Z, +02, +0200 or +02:00 is ahead of UTC."""
    digits = zone.str.replace(":", "", literal=True).str.to_uppercase()
    hours = digits.str.slice(1, 2).cast(pl.Int64, strict=False)
    minutes = 60 * hours + digits.str.slice(3, 2).cast(pl.Int64, strict=False).fill_null(0)
    signed = pl.when(digits.str.starts_with("-")).then(-minutes).otherwise(minutes)
    return pl.duration(minutes=pl.when(digits == "Z").then(pl.lit(0)).otherwise(signed))
