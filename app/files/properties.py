"""Properties of activity: JSON objects, judged once per distinct text."""

from collections.abc import Mapping
from typing import Final

import orjson
import polars as pl

from app.domain.activity import (
    DETAIL_PROPERTY,
    RENEWAL_TYPES,
    code_of_detail,
    detail_of,
    renews_at_of,
)
from app.domain.moments import to_micros
from app.features.history import NO_MOMENT

MAX_BYTES: Final = 8_192
MAX_DEPTH: Final = 8
READ_TYPES: Final = (*DETAIL_PROPERTY, *RENEWAL_TYPES)  # whose properties features read


def with_reasons(reasons: pl.Series, table: pl.DataFrame) -> pl.Series:
    """Return `reasons`, where null with why the `properties` of `table` (with `type`) are refused.

    Null = there is nothing to refuse.
    """
    rows, pairs = _given(table)
    distinct = pairs.unique()
    judged = [_refusal(kind or "", text) for kind, text in distinct.iter_rows()]
    if not any(judged):
        return reasons
    refused = distinct.with_columns(pl.Series("reason", judged, pl.String))
    told = _joined(pairs, refused)["reason"]
    return reasons.scatter(rows, pl.select(pl.coalesce(reasons.gather(rows), told)).to_series())


def codes(table: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return the detail code (int8) and renewal date (int64, NO_MOMENT = none) of each row."""
    rows, pairs = _given(table)
    distinct = pairs.unique()
    read = [_read(kind or "", text) for kind, text in distinct.iter_rows()]
    distinct = distinct.with_columns(
        pl.Series("detail", [detail for detail, _ in read], pl.Int8),
        pl.Series("until", [until for _, until in read], pl.Int64),
    )
    found = _joined(pairs, distinct)
    detail = pl.repeat(0, table.height, dtype=pl.Int8, eager=True)
    until = pl.repeat(NO_MOMENT, table.height, dtype=pl.Int64, eager=True)
    return (
        detail.scatter(rows, found["detail"]).alias("detail"),
        until.scatter(rows, found["until"]).alias("until"),
    )


def _given(table: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """Return which rows have properties; and those, with the type where features read it."""
    rows = table["properties"].is_not_null().arg_true()
    given = table.select(pl.col("type", "properties").gather(rows))
    read = pl.col("type").is_in(READ_TYPES)
    return rows, given.with_columns(pl.when(read).then(pl.col("type")).alias("type"))


def _joined(pairs: pl.DataFrame, distinct: pl.DataFrame) -> pl.DataFrame:
    return pairs.join(
        distinct, on=["type", "properties"], how="left", nulls_equal=True, maintain_order="left"
    )


def parsed(text: str | None) -> Mapping[str, object]:
    """Return the properties of one row that was not refused."""
    return dict(orjson.loads(text)) if text else {}


def _read(kind: str, text: str) -> tuple[int, int]:
    properties = orjson.loads(text)
    renews_at = renews_at_of(kind, properties)
    until = NO_MOMENT if renews_at is None else to_micros(renews_at)
    return code_of_detail(detail_of(kind, properties)), until


def _refusal(kind: str, text: str) -> str | None:
    shown = f"properties {text[:60]!r}"
    if len(text.encode()) > MAX_BYTES:
        return f"{shown}… are longer than {MAX_BYTES} bytes"
    try:
        properties = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return f"{shown} are no JSON: {error.msg}"
    if not isinstance(properties, dict):
        return f"{shown} are no JSON object"
    if _is_deeper(properties, MAX_DEPTH):
        return f"{shown} are nested deeper than {MAX_DEPTH}"
    try:
        renews_at_of(kind, properties)
    except ValueError as error:
        return f"renews_at in the properties: {error}"
    return None


def _is_deeper(value: object, depth: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    children = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_is_deeper(child, depth - 1) for child in children)
