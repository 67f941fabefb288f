"""Activity files: one row for each thing that a customer did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

import polars as pl

from app.domain.activity import RESERVED_TYPES, TYPE_CODES, Activity
from app.files import properties, text_hashes
from app.files.file_reading import DEFAULT_READING, FileReading
from app.files.moment_validation import MOMENT, require_known_time_zone, validate_moment
from app.files.tables import read_tables
from app.files.validated_rows import ValidatedRows, split_rejects, validate_row
from app.files.validation import (
    ValidatedColumn,
    accept_all,
    first_reasons,
    quoted,
    validate_currency,
    validate_number,
    validate_text,
)

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
_DOMAIN_FIELDS: Final = Activity._fields
_CONTENT: Final = tuple(name for name in FIELDS if name != "event_id")
_TOLERANCE: Final = timedelta(days=1)  # wrong clocks and zones are off by less


@dataclass(frozen=True, slots=True)
class ActivityFile:
    """The contents of an activity file.

    Attributes
    ----------
    good
        The valid rows in the order of the file, with the columns of `FIELDS`: moments as
        microseconds in UTC, `amount` as float64, the rest as text. Null = none, in optional fields
        only. `event_id` is null where the file has none: see `with_event_ids`.
    rejects
        The rejected rows: `line` (1-based; the header of a text file is line 1, of a Parquet file
        it is the row number), `reason` and `row`.
    n_duplicates
        Rows that were dropped because an earlier row has the same event_id.
    unknown_types
        Types that no feature reads, with their numbers of rows; `good` contains these rows.
    """

    good: pl.DataFrame
    rejects: pl.DataFrame
    n_duplicates: int
    unknown_types: Mapping[str, int]


def read_activity(
    path: Path, *, reading: FileReading = DEFAULT_READING, now: datetime | None = None
) -> ActivityFile:
    """Read and validate a CSV, gzipped CSV or Parquet file, whatever its name.

    `reading` says how to interpret its columns. If `now` is given, rows that lie more than a day
    later are rejected.

    Raises
    ------
    UnreadableFile
        If the file is not a table or lacks a required column.
    """
    chunks = list(activity_chunks(path, reading=reading, now=now))
    good = pl.concat([chunk.good for chunk in chunks])
    distinct = good.filter(is_first_with_its_id(good["event_id"]))
    return ActivityFile(
        good=distinct,
        rejects=pl.concat([chunk.rejects for chunk in chunks]),
        n_duplicates=good.height - distinct.height,
        unknown_types=unknown_types(distinct),
    )


def activity_chunks(
    path: Path, *, reading: FileReading = DEFAULT_READING, now: datetime | None = None
) -> Iterator[ValidatedRows]:
    """Yield the validated rows chunk by chunk, at least one chunk; duplicates are still in them."""
    for table in raw_activity_chunks(path, reading=reading):
        yield validate_activity(table, reading=reading, now=now)


def raw_activity_chunks(
    path: Path, *, reading: FileReading = DEFAULT_READING
) -> Iterator[pl.DataFrame]:
    """Yield the same chunks before validation."""
    require_known_time_zone(reading.timezone)
    return read_tables(path, fields=FIELDS, required=REQUIRED, reading=reading)


def validate_activity(
    table: pl.DataFrame, *, reading: FileReading = DEFAULT_READING, now: datetime | None = None
) -> ValidatedRows:
    """Return the good and the rejected rows of one chunk; several threads may validate chunks."""
    latest = None if now is None else now + _TOLERANCE
    columns = _validated_columns(table, timezone=reading.timezone, not_after=latest)
    values = table.select(column.value.alias(column.name) for column in columns).with_columns(
        pl.coalesce("received_at", "occurred_at").alias("received_at")
    )
    reasons = first_reasons(table, [validate_row(), _reject_reserved_types(), *columns])
    reasons = properties.add_reasons(reasons, values)
    return split_rejects(table, values.select(FIELDS), reasons)


def is_first_with_its_id(event_ids: pl.Series) -> pl.Series:
    """Return for each row whether no earlier row has its event_id; true if it has none."""
    given = event_ids.drop_nulls()
    if given.hash().n_unique() == len(given):  # the usual case, ten times as fast
        return pl.repeat(value=True, n=len(event_ids), eager=True)
    return event_ids.is_null() | event_ids.is_first_distinct()


def unknown_types(good: pl.DataFrame) -> dict[str, int]:
    """Return the types that no feature reads with their numbers of rows, most frequent first."""
    positions = text_hashes.positions_in(good["type"], TYPE_CODES)
    unknown = good["type"].filter(positions == text_hashes.UNKNOWN)
    counts = unknown.to_frame().group_by("type").len()
    counts = counts.sort("len", "type", descending=[True, False])
    return dict(counts.iter_rows())


def with_event_ids(good: pl.DataFrame) -> pl.DataFrame:
    """Return `good` with an event_id in every row; a missing one is derived from the content.

    The id is a hash of the row; the second of two equal rows gets the suffix -2, and so on.
    Importing a file again, or a longer file that contains it, therefore adds no event twice. The
    ids must be the same on every machine and in every version.
    """
    missing = good["event_id"].is_null()
    if not missing.any():
        return good
    ids = _number_repetitions(_content_hashes(good.filter(missing)))
    filled = good["event_id"].clone().scatter(missing.arg_true(), ids)
    return good.with_columns(filled.alias("event_id"))


def _content_hashes(rows: pl.DataFrame) -> pl.Series:
    texts = (_canonical(rows, name) for name in _CONTENT)
    content = rows.select(pl.concat_str(*texts, separator="\x1f")).to_series()
    hashes = [blake2b(text.encode(), digest_size=16).hexdigest() for text in content]
    return pl.Series("hash", hashes, pl.String)


def _number_repetitions(hashes: pl.Series) -> pl.Series:
    """Return each hash, from its second occurrence on with the number of the occurrence."""
    occurrence = pl.int_range(1, pl.len() + 1).over("hash")
    unique = (
        pl
        .when(pl.col("hash").is_first_distinct())
        .then(pl.col("hash"))
        .otherwise(pl.format("{}-{}", "hash", occurrence))
    )
    return pl.DataFrame(hashes).select(unique).to_series()


def activities_of(good: pl.DataFrame) -> Iterator[Activity]:
    """Yield each row as an `Activity`."""
    for row in good.select(_DOMAIN_FIELDS).iter_rows():
        fields = [*row[:-1], properties.parse_properties(row[-1])]
        yield Activity(*fields)


def _validated_columns(
    table: pl.DataFrame, *, timezone: str | None, not_after: datetime | None
) -> list[ValidatedColumn]:
    """Return the columns in the order in which a row's first reason is looked for."""

    def moment(name: str, *, required: bool = False) -> ValidatedColumn:
        return validate_moment(
            name, table[name], timezone=timezone, required=required, not_after=not_after
        )

    return [
        validate_text("customer_id", required=True),
        moment("occurred_at", required=True),
        validate_text("type", required=True),
        validate_text("event_id"),
        moment("received_at"),
        validate_text("channel"),
        validate_number("amount", table.schema["amount"]),
        validate_currency("currency", table["currency"]),
        validate_text("ref"),
        accept_all("properties", pl.col("properties").cast(pl.String)),
    ]


@cache
def _reject_reserved_types() -> ValidatedColumn:
    value = pl.col("type").cast(pl.String)
    reserved = value.is_in(list(RESERVED_TYPES))
    reason = pl.format("type {} is reserved for events that Holdfast makes itself", quoted("type"))
    return ValidatedColumn("type", value, reserved, pl.when(reserved).then(reason))


def _canonical(good: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column as text that must never change between versions or machines."""
    column = pl.col(name)
    if good.schema[name] == MOMENT:
        column = column.dt.epoch("us").cast(pl.String)
    elif good.schema[name] == pl.Float64:  # the bits, because decimal text depends on the library
        bits = (good[name].fill_null(0.0) + 0.0).to_numpy().view("int64")
        column = pl.when(column.is_not_null()).then(pl.lit(pl.Series(bits)).cast(pl.String))
    return column.fill_null("")
