"""Properties of activity: JSON objects, judged once per distinct text."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from app.domain.activity import (
    DETAIL_PROPERTY,
    RENEWAL_TYPES,
    code_of_detail,
    detail_of,
    renews_at_of,
)
from app.domain.moments import to_micros
from app.features.history import NO_MOMENT
from app.features.numbering import number_hashes
from app.files import coded

MAX_BYTES: Final = 8_192
MAX_DEPTH: Final = 8
READ_TYPES: Final = (*DETAIL_PROPERTY, *RENEWAL_TYPES)  # whose properties features read


def with_reasons(reasons: pl.Series, table: pl.DataFrame) -> pl.Series:
    """Return `reasons`, where null with why the `properties` of `table` (with `type`) are refused.

    Null = there is nothing to refuse.
    """
    rows, distinct, codes = _given(table)
    judged = pl.Series([_refusal(kind, text) for kind, text in distinct], dtype=pl.String)
    if judged.null_count() == len(judged):
        return reasons
    told = pl.coalesce(reasons.gather(rows), judged.gather(codes))
    return reasons.scatter(rows, pl.select(told).to_series())


def codes(table: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return the detail code (int8) and renewal date (int64, NO_MOMENT = none) of each row."""
    rows, distinct, codes = _given(table)
    read = np.array([_read(kind, text) for kind, text in distinct], np.int64).reshape(-1, 2)
    detail = np.zeros(table.height, np.int8)
    until = np.full(table.height, NO_MOMENT)
    detail[rows], until[rows] = read[codes, 0], read[codes, 1]
    return pl.Series("detail", detail), pl.Series("until", until)


def _given(
    table: pl.DataFrame,
) -> tuple[NDArray[np.int64], list[tuple[str, str]], NDArray[np.int64]]:
    """Return which rows have properties, what they say together with the type, and which of it.

    The type is empty where no feature reads the properties: then it changes nothing.
    """
    rows = table["properties"].is_not_null().arg_true()
    texts, codes = coded.numbered(table["properties"].gather(rows))
    kinds = coded.places(table["type"].gather(rows), READ_TYPES)
    names = ("", *READ_TYPES)
    pairs = codes * len(names) + kinds + 1
    pair_of, firsts = number_hashes(pairs)  # dense numbers need no hash
    distinct = [
        (names[pair % len(names)], str(texts[pair // len(names)]))
        for pair in pairs[firsts].tolist()
    ]
    return rows.to_numpy(), distinct, pair_of


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
