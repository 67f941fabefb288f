"""Activity files: what customers did, one row each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl

from app.domain.activity import RESERVED_TYPES, TYPE_CODES, Activity
from app.files import checks, properties
from app.files.checks import MOMENT, Checked
from app.files.tables import BROKEN, LINE, ROW, read_tables

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
_OF_DOMAIN: Final = tuple(field.name for field in dataclass_fields(Activity))
_CONTENT: Final = tuple(name for name in FIELDS if name != "event_id")
_FUTURE: Final = timedelta(days=1)  # clocks and zones are wrong by less
_NO_NAMES: Mapping[str, str] = MappingProxyType({})


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
    path: Path,
    *,
    mapping: Mapping[str, str] = _NO_NAMES,
    constants: Mapping[str, str] = _NO_NAMES,
    timezone: str | None = None,
    now: datetime | None = None,
) -> ActivityFile:
    """Read a CSV, gzipped CSV or Parquet file, whatever its name; good rows and others apart.

    Parameters
    ----------
    mapping
        From the file's column to our field; a column with a field's name needs no entry.
    constants
        From our field to the value that it has in all rows.
    timezone
        Where moments without a zone were written; without it such rows are refused.
    now
        Where given, rows from more than a day later are refused.

    A file that is no table, or lacks a column, is refused whole as `UnreadableFile`.
    """
    checks.check_zone(timezone)
    parts = read_tables(
        path, fields=FIELDS, required=REQUIRED, mapping=mapping, constants=constants
    )
    latest = None if now is None else now + _FUTURE
    judged = [_judge(part, timezone=timezone, not_after=latest) for part in parts]
    good = pl.concat([part for part, _ in judged])
    first = good["event_id"].is_null() | good["event_id"].is_first_distinct()
    kept = good.filter(first)
    return ActivityFile(
        good=kept,
        rejects=pl.concat([rejects for _, rejects in judged]),
        n_duplicates=good.height - kept.height,
        unknown_types=_unknown_types(kept),
    )


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


def _judge(
    table: pl.DataFrame, *, timezone: str | None, not_after: datetime | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    checked = _checks(table, timezone=timezone, not_after=not_after)
    judged = table.select(
        LINE,
        ROW,
        checks.first_reason(checked, pl.col(BROKEN), _reserved()).alias("reason"),
        *(check.value.alias(check.name) for check in checked),
    )
    judged = judged.with_columns(
        pl.coalesce("reason", properties.reasons(judged)).alias("reason"),
        pl.coalesce("received_at", "occurred_at").alias("received_at"),
    )
    rejects = judged.filter(pl.col("reason").is_not_null())
    if rejects.height and table[ROW].null_count():
        whole = table.filter(judged["reason"].is_not_null()).select(pl.struct(FIELDS))
        rejects = rejects.with_columns(whole.to_series().struct.json_encode().alias(ROW))
    good = judged.filter(pl.col("reason").is_null()).select(FIELDS)
    return good, rejects.select(LINE, "reason", ROW)


def _checks(
    table: pl.DataFrame, *, timezone: str | None, not_after: datetime | None
) -> list[Checked]:
    def moment(name: str, *, required: bool = False) -> Checked:
        return checks.moment(
            name, table[name], timezone=timezone, required=required, not_after=not_after
        )

    return [
        checks.text("customer_id", required=True),
        moment("occurred_at", required=True),
        checks.text("type", required=True),
        checks.text("event_id"),
        moment("received_at"),
        checks.text("channel"),
        checks.number("amount", table.schema["amount"]),
        checks.currency("currency"),
        checks.text("ref"),
        Checked("properties", pl.col("properties").cast(pl.String), pl.lit(None, pl.String)),
    ]


def _reserved() -> pl.Expr:
    reason = pl.format("type {} is made by Holdfast itself", checks.shown("type"))
    return pl.when(pl.col("type").cast(pl.String).is_in(list(RESERVED_TYPES))).then(reason)


def _unknown_types(good: pl.DataFrame) -> dict[str, int]:
    unknown = good.filter(~pl.col("type").is_in(list(TYPE_CODES)))
    counted = unknown.group_by("type").len().sort("len", "type", descending=[True, False])
    return dict(counted.iter_rows())


def _canonical(good: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column as text that no version of anything will ever write differently."""
    column = pl.col(name)
    if good.schema[name] == MOMENT:
        column = column.dt.epoch("us").cast(pl.String)
    elif good.schema[name] == pl.Float64:  # the bits: decimal text depends on who writes it
        bits = (good[name].fill_null(0.0) + 0.0).to_numpy().view("int64")
        column = pl.when(column.is_not_null()).then(pl.lit(pl.Series(bits)).cast(pl.String))
    return column.fill_null("")
