"""Codes of texts by their hashes: equal texts have equal hashes, on one version of Polars."""

from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.domain.errors import UnreadableFile
from app.features.numbering import number_hashes, places_of

UNKNOWN = -1


def places(texts: pl.Series, known: Iterable[str]) -> NDArray[np.int64]:
    """Return the place of each text in `known`; `UNKNOWN` for others and null."""
    wanted = hashes(pl.Series(list(known), dtype=pl.String))
    return places_of(hashes(texts), wanted, other=UNKNOWN)


def distinct(texts: pl.Series) -> pl.Series:
    """Return the different texts, and null if there is one, in the order of appearance."""
    _, firsts = number_hashes(hashes(texts))
    return texts.gather(firsts)


def numbered(texts: pl.Series) -> tuple[pl.Series, NDArray[np.int64]]:
    """Return the different texts, which has no nulls, and the place of each row among them.

    Raises
    ------
    UnreadableFile
        If two texts have one hash.
    """
    codes, firsts = number_hashes(hashes(texts), n_expected=len(texts) // 2)
    distinct = texts.gather(firsts)
    others = distinct.gather(codes)
    if not (others == texts).all():
        row = (others != texts).arg_true()[0]
        raise UnreadableFile(
            f"{texts[row]!r} and {others[row]!r} have the same 64-bit hash, as happens in one of "
            "a million logs of millions: rename one of them"
        )
    return distinct, codes


def hashes(texts: pl.Series) -> NDArray[np.int64]:
    """Return the hash of each text; all nulls have one too."""
    return texts.hash().to_numpy().view(np.int64)
