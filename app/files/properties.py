"""Properties of activity: JSON objects, judged once per distinct text."""

from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from app.compiled.kernel import entry
from app.domain.activity import (
    DETAIL_PROPERTY,
    RENEWAL_TYPES,
    code_of_detail,
    detail_of,
    renews_at_of,
)
from app.domain.moments import to_micros
from app.features.arrays import NO_MOMENT, Positions
from app.features.numbering import Hashes, Slots, number_hashes, place_in, slots_of
from app.files import customer_codes

MAX_BYTES: Final = 8_192
MAX_DEPTH: Final = 8
_ODD: Final = 0x1E3779B97F4A7C15  # keeps hashes of pairs apart
READ_TYPES: Final = (*DETAIL_PROPERTY, *RENEWAL_TYPES)  # whose properties features read


def with_reasons(reasons: pl.Series, table: pl.DataFrame) -> pl.Series:
    """Return `reasons`, where null with why the `properties` of `table` (with `type`) are refused.

    Null = there is nothing to refuse.
    """
    codes, distinct = _numbered(table)
    judged = pl.Series(
        [None if text is None else _refusal(kind, text) for kind, text in distinct],
        dtype=pl.String,
    )
    if judged.null_count() == len(judged):
        return reasons
    return pl.select(pl.coalesce(reasons, judged.gather(codes))).to_series()


def codes(table: pl.DataFrame) -> tuple[Positions, NDArray[np.int64]]:
    """Return what each row of properties says: its place in a table of what any of them says.

    The table has a detail code and a renewal date (microseconds, NO_MOMENT = none) in each row.
    """
    codes, distinct = _numbered(table)
    read = np.array([_read(kind, text) for kind, text in distinct], np.int64).reshape(-1, 2)
    return codes, read


def _numbered(table: pl.DataFrame) -> tuple[Positions, list[tuple[str, str | None]]]:
    """Return which different properties each row has, and these, with the type.

    The type is empty where no feature reads the properties: then it changes nothing.
    """
    texts = table["properties"]
    if texts.null_count() == len(texts):
        return np.zeros(len(texts), np.int64), [("", None)]
    keys = np.empty(len(texts), np.int64)
    nothing = customer_codes.hashes(pl.Series([None], dtype=pl.String))[0]
    _mix(
        customer_codes.hashes(texts),
        customer_codes.hashes(table["type"]),
        _read_types(),
        int(nothing),
        keys,
    )
    codes, firsts = number_hashes(keys)
    kinds, said = table["type"].gather(firsts), texts.gather(firsts)
    return codes, [
        (kind if kind in READ_TYPES and text is not None else "", text)
        for kind, text in zip(kinds, said, strict=True)
    ]


@cache
def _read_types() -> Slots:
    return slots_of(customer_codes.hashes(pl.Series(READ_TYPES)))


@entry
def _mix(texts: Hashes, kinds: Hashes, read_types: Slots, nothing: int, keys: Hashes) -> None:
    """Write one hash of text and type, of the text alone where the type changes nothing."""
    for i in range(len(texts)):
        keys[i] = texts[i]
        if texts[i] != nothing:
            keys[i] += (place_in(read_types, kinds[i]) + 1) * _ODD


def parsed(text: str | None) -> Mapping[str, object]:
    """Return the properties of one row that was not refused."""
    return dict(orjson.loads(text)) if text else {}


def _read(kind: str, text: str | None) -> tuple[int, int]:
    if text is None:
        return code_of_detail(None), NO_MOMENT
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
