"""The properties of activity: JSON objects, parsed and validated once per distinct text.

Logs have few distinct properties, and parsing JSON is slow compared with everything else here.
"""

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
from app.files import text_hashes

MAX_BYTES: Final = 8_192
MAX_DEPTH: Final = 8
_MULTIPLIER: Final = 0x1E3779B97F4A7C15  # odd: no two types move a hash to the same place
TYPES_WITH_PROPERTIES: Final = (*DETAIL_PROPERTY, *RENEWAL_TYPES)  # those that features read


def add_reasons(reasons: pl.Series, table: pl.DataFrame) -> pl.Series:
    """Return `reasons`, and where they are null, why the `properties` of `table` are rejected.

    `table` has the columns `type` and `properties`. Null = nothing is wrong with the row.
    """
    codes, distinct = _distinct_properties(table)
    found = pl.Series(
        [None if text is None else _reason(kind, text) for kind, text in distinct],
        dtype=pl.String,
    )
    if found.null_count() == len(found):
        return reasons
    return pl.select(pl.coalesce(reasons, found.gather(codes))).to_series()


def encode_properties(table: pl.DataFrame) -> tuple[Positions, NDArray[np.int64]]:
    """Return a position for each row, and the table of distinct properties that it points into.

    The table is int64, shape (n_distinct, 2): the detail code and the renewal date (microseconds,
    NO_MOMENT = none).
    """
    codes, distinct = _distinct_properties(table)
    read = [_detail_and_renewal(kind, text) for kind, text in distinct]
    return codes, np.array(read, np.int64).reshape(-1, 2)


def parse_properties(text: str | None) -> Mapping[str, object]:
    """Return the properties of one valid row."""
    return dict(orjson.loads(text)) if text else {}


def _distinct_properties(table: pl.DataFrame) -> tuple[Positions, list[tuple[str, str | None]]]:
    """Return a position for each row, and the distinct pairs of type and properties.

    The type is empty where no feature reads the properties, since it makes no difference there.
    """
    texts = table["properties"]
    if texts.null_count() == len(texts):
        return np.zeros(len(texts), np.int64), [("", None)]
    keys = np.empty(len(texts), np.int64)
    text_keys, type_keys = text_hashes.hash_texts(texts), text_hashes.hash_texts(table["type"])
    _hash_pairs(text_keys, type_keys, _hashed_types(), text_hashes.hash_of_null(), keys)
    codes, firsts = number_hashes(keys)
    distinct = zip(table["type"].gather(firsts), texts.gather(firsts), strict=True)
    return codes, [
        (kind if kind in TYPES_WITH_PROPERTIES and text is not None else "", text)
        for kind, text in distinct
    ]


@cache
def _hashed_types() -> Slots:
    return slots_of(text_hashes.hash_texts(pl.Series(TYPES_WITH_PROPERTIES)))


@entry
def _hash_pairs(texts: Hashes, types: Hashes, known_types: Slots, null: int, keys: Hashes) -> None:
    """Write a hash of text and type, or of the text alone where no feature reads the type."""
    for i in range(len(texts)):
        keys[i] = texts[i]
        if texts[i] != null:
            keys[i] += (place_in(known_types, types[i]) + 1) * _MULTIPLIER


def _detail_and_renewal(kind: str, text: str | None) -> tuple[int, int]:
    if text is None:
        return code_of_detail(None), NO_MOMENT
    properties = orjson.loads(text)
    renews_at = renews_at_of(kind, properties)
    until = NO_MOMENT if renews_at is None else to_micros(renews_at)
    return code_of_detail(detail_of(kind, properties)), until


def _reason(kind: str, text: str) -> str | None:
    shown = f"properties {text[:60]!r}"
    if len(text.encode()) > MAX_BYTES:
        return f"{shown}… are longer than {MAX_BYTES} bytes"
    try:
        properties = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return f"{shown} are not valid JSON: {error.msg}"
    if not isinstance(properties, dict):
        return f"{shown} are not a JSON object"
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
