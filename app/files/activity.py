"""Activity files: what customers did, one row each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

import polars as pl

from app.domain.activity import RESERVED_TYPES, TYPE_CODES, Activity
from app.files import customer_codes, properties, validation
from app.files.file_reading import AS_IT_STANDS, FileReading
from app.files.tables import read_tables
from app.files.validated import JudgedRows, broken, judged_rows
from app.files.validation import MOMENT, Checked

FIELDS: Final = (
    "event_id",
    "customer_id",
    "occurred_at",
    "received_at",
    "type",
    "channel",
    "amount",
    "currency",
    "ref",
    "properties",
)
REQUIRED: Final = ("customer_id", "occurred_at", "type")
_OF_DOMAIN: Final = Activity._fields
_CONTENT: Final = tuple(name for name in FIELDS if name != "event_id")
_FUTURE: Final = timedelta(days=1)  # clocks and zones are wrong by less


@dataclass(frozen=True, slots=True)
class ActivityFile:
    """What a file holds.

    Attributes
    ----------
    good
        The fields of `FIELDS`: moments as microseconds in UTC, `amount` as float64, the rest as
        text; null = none, only where that is allowed. In the order of the file. `event_id` is
        null where the file has none: see `with_event_ids`.
    rejects
        `line` (1-based, the header of a text file is line 1; of Parquet the row), `reason`, `row`.
    n_duplicates
        Rows left out because an earlier one of the file has the same event_id.
    unknown_types
        Types that no feature reads, with the number of their rows; they are kept.
    """

    good: pl.DataFrame
    rejects: pl.DataFrame
    n_duplicates: int
    unknown_types: Mapping[str, int]


def read_activity(
    path: Path, *, reading: FileReading = AS_IT_STANDS, now: datetime | None = None
) -> ActivityFile:
    """Read a CSV, gzipped CSV or Parquet file, whatever its name; good rows and others apart.

    `reading` says how to understand its columns. Where `now` is given, rows from more than a day
    later are refused. A file that is no table, or lacks a column, is refused whole as
    `UnreadableFile`.
    """
    parts = list(activity_parts(path, reading=reading, now=now))
    good = pl.concat([part.good for part in parts])
    kept = good.filter(is_first_of_id(good["event_id"]))
    return ActivityFile(
        good=kept,
        rejects=pl.concat([part.rejects for part in parts]),
        n_duplicates=good.height - kept.height,
        unknown_types=unknown_types(kept),
    )


def activity_parts(
    path: Path, *, reading: FileReading = AS_IT_STANDS, now: datetime | None = None
) -> Iterator[JudgedRows]:
    """Yield at least one part of what `read_activity` reads; repeated event_ids are still in."""
    for table in activity_tables(path, reading=reading):
        yield judge_activity(table, reading=reading, now=now)


def activity_tables(path: Path, *, reading: FileReading = AS_IT_STANDS) -> Iterator[pl.DataFrame]:
    """Yield the same parts before anybody has judged them."""
    validation.check_zone(reading.timezone)
    return read_tables(path, fields=FIELDS, required=REQUIRED, reading=reading)


def judge_activity(
    table: pl.DataFrame, *, reading: FileReading = AS_IT_STANDS, now: datetime | None = None
) -> JudgedRows:
    """Return the good rows and the others of one part; parts may be judged by several threads."""
    latest = None if now is None else now + _FUTURE
    checked = _checks(table, timezone=reading.timezone, not_after=latest)
    values = table.select(check.value.alias(check.name) for check in checked).with_columns(
        pl.coalesce("received_at", "occurred_at").alias("received_at")
    )
    reasons = validation.reasons(table, checked, broken(), _reserved())
    reasons = properties.with_reasons(reasons, values)
    return judged_rows(table, values.select(FIELDS), reasons)


def is_first_of_id(event_ids: pl.Series) -> pl.Series:
    """Return whether each row is the first with its event_id, or has none."""
    given = event_ids.drop_nulls()
    if given.hash().n_unique() == len(given):  # the usual case, at a tenth of the time
        return pl.repeat(value=True, n=len(event_ids), eager=True)
    return event_ids.is_null() | event_ids.is_first_distinct()


def unknown_types(good: pl.DataFrame) -> dict[str, int]:
    """Return the types that no feature reads, the most frequent first, with their rows."""
    unknown = good["type"].filter(
        customer_codes.places(good["type"], TYPE_CODES) == customer_codes.UNKNOWN
    )
    counted = unknown.to_frame().group_by("type").len()
    counted = counted.sort("len", "type", descending=[True, False])
    return dict(counted.iter_rows())


def with_event_ids(good: pl.DataFrame) -> pl.DataFrame:
    """Return `good` with an event_id in every row; a missing one is made of the row's content.

    It is the hash of the content, and where a file says the same again, how often it did (-2 for
    the second): importing a file again, or a longer one that contains it, adds no row again. The
    same on every machine and in every version.
    """
    missing = good["event_id"].is_null()
    if not missing.any():
        return good
    unnamed = good.filter(missing)
    texts = (_canonical(unnamed, name) for name in _CONTENT)
    content = unnamed.select(pl.concat_str(*texts, separator="\x1f")).to_series()
    hashes = pl.Series(
        "hash", [blake2b(text.encode(), digest_size=16).hexdigest() for text in content], pl.String
    )
    made = (
        pl
        .DataFrame(hashes)
        .select(
            pl
            .when(pl.col("hash").is_first_distinct())
            .then(pl.col("hash"))
            .otherwise(pl.format("{}-{}", "hash", pl.int_range(1, pl.len() + 1).over("hash")))
        )
        .to_series()
    )
    filled = good["event_id"].clone().scatter(missing.arg_true(), made)
    return good.with_columns(filled.alias("event_id"))


def activities_of(good: pl.DataFrame) -> Iterator[Activity]:
    """Yield the rows, which all have an event_id, as the domain knows them."""
    for row in good.select(_OF_DOMAIN).iter_rows():
        fields = [*row[:-1], properties.parsed(row[-1])]
        yield Activity(*fields)


def _checks(
    table: pl.DataFrame, *, timezone: str | None, not_after: datetime | None
) -> list[Checked]:
    def moment(name: str, *, required: bool = False) -> Checked:
        return validation.moment(
            name, table[name], timezone=timezone, required=required, not_after=not_after
        )

    return [
        validation.text("customer_id", required=True),
        moment("occurred_at", required=True),
        validation.text("type", required=True),
        validation.text("event_id"),
        moment("received_at"),
        validation.text("channel"),
        validation.number("amount", table.schema["amount"]),
        validation.currency("currency", table["currency"]),
        validation.text("ref"),
        validation.never("properties", pl.col("properties").cast(pl.String)),
    ]


@cache
def _reserved() -> Checked:
    value = pl.col("type").cast(pl.String)
    reserved = value.is_in(list(RESERVED_TYPES))
    reason = pl.format("type {} is made by Holdfast itself", validation.shown("type"))
    return Checked("type", value, reserved, pl.when(reserved).then(reason))


def _canonical(good: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column as text that no version of anything will ever write differently."""
    column = pl.col(name)
    if good.schema[name] == MOMENT:
        column = column.dt.epoch("us").cast(pl.String)
    elif good.schema[name] == pl.Float64:  # the bits: decimal text depends on who writes it
        bits = (good[name].fill_null(0.0) + 0.0).to_numpy().view("int64")
        column = pl.when(column.is_not_null()).then(pl.lit(pl.Series(bits)).cast(pl.String))
    return column.fill_null("")
