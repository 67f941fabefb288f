"""Codes of texts by their hashes: equal texts have equal hashes, on one version of Polars."""

from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.features.numbering import number_hashes, places_of

UNKNOWN = -1


def places(texts: pl.Series, known: Iterable[str]) -> NDArray[np.int64]:
    """Return the place of each text in `known`; `UNKNOWN` for others and null."""
    hashes = _hashes(pl.Series(list(known), dtype=pl.String))
    return places_of(_hashes(texts), hashes, other=UNKNOWN)


def numbered(texts: pl.Series) -> tuple[pl.Series, NDArray[np.int64]]:
    """Return the different texts, which has no nulls, and the place of each row among them."""
    codes, firsts = number_hashes(_hashes(texts))
    distinct = texts.gather(firsts)
    if (distinct.gather(codes) == texts).all():
        return distinct, codes
    distinct = texts.unique()  # two texts have one hash, which is next to impossible
    return distinct, texts.cast(pl.Enum(distinct)).to_physical().cast(pl.Int64).to_numpy()


def _hashes(texts: pl.Series) -> NDArray[np.int64]:
    return texts.hash().to_numpy().view(np.int64)
