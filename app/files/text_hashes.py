"""Compare, look up and number texts by their 64-bit hashes.

Equal texts have equal hashes within one version of Polars; never store a hash beyond one run.
"""

from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.domain.errors import UnreadableFile
from app.features.numbering import number_hashes, places_of

UNKNOWN = -1


def hash_texts(texts: pl.Series) -> NDArray[np.int64]:
    """Return the hash of each text; null has a hash too, see `hash_of_null`."""
    return texts.hash().to_numpy().view(np.int64)


def hash_of_null() -> int:
    """Return the hash that every null has."""
    return int(hash_texts(pl.Series([None], dtype=pl.String))[0])


def positions_in(texts: pl.Series, known: Iterable[str]) -> NDArray[np.int64]:
    """Return the position of each text in `known`; `UNKNOWN` for other texts and null."""
    wanted = hash_texts(pl.Series(list(known), dtype=pl.String))
    return places_of(hash_texts(texts), wanted, other=UNKNOWN)


def distinct_texts(texts: pl.Series) -> pl.Series:
    """Return each distinct text once, and null if there is one, in the order of appearance."""
    _, firsts = number_hashes(hash_texts(texts))
    return texts.gather(firsts)


def dictionary_encode(texts: pl.Series) -> tuple[pl.Series, NDArray[np.int64]]:
    """Return the distinct texts, and for each row the position of its text among them.

    `texts` must not contain nulls.

    Raises
    ------
    UnreadableFile
        If two different texts have the same hash.
    """
    codes, firsts = number_hashes(hash_texts(texts), n_expected=len(texts) // 2)
    distinct = texts.gather(firsts)
    decoded = distinct.gather(codes)
    if not (decoded == texts).all():
        row = (decoded != texts).arg_true()[0]
        raise UnreadableFile(
            f"{texts[row]!r} and {decoded[row]!r} have the same 64-bit hash, which happens in "
            "about one of a million logs with millions of customers: rename one of them"
        )
    return distinct, codes
