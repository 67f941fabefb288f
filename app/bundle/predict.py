"""Raw margins from the tables: the same bits as ``Booster.predict(raw_score=True)``."""

import numpy as np
from numpy.typing import NDArray

from app.bundle.conditions import (
    FEW,
    TILE,
    Floats,
    ask_rows,
    fill_columns,
    find_places,
    reaches,
)
from app.bundle.treeshap import Explainer
from app.compiled.kernel import entry, part


def raw_margins(explainer: Explainer, features: Floats) -> Floats:
    """Return the uncalibrated log-odds, shape (n,), of C-contiguous features (n, n_features).

    Per tree, one block holds the leaf that is reached and the others add 0; so leaf values are
    added up in the order of the trees, as `GBDT::PredictRaw` does (LightGBM,
    src/boosting/gbdt_prediction.cpp), and the results are equal to the last bit.
    """
    margins = np.zeros(len(features))
    width = min(len(features), TILE)
    columns = np.empty(features.shape[1] * width)
    codes = np.empty(max(width, len(explainer.blocks.blocks)), dtype=np.int64)
    _predict(explainer, features, margins, columns, codes)
    return margins


@entry
def _predict(
    explainer: Explainer,
    features: Floats,
    margins: Floats,
    columns: Floats,
    codes: NDArray[np.int64],
) -> None:
    width = min(len(features), TILE)
    for first in range(0, len(features), TILE):
        n_rows = min(TILE, len(features) - first)
        fill_columns(features, first, n_rows, columns, width)
        sums = margins[first : first + n_rows]
        if n_rows < FEW:
            for row in range(n_rows):
                _add_one_row(explainer, columns, sums, codes, width, row)
        else:
            _add_rows(explainer, columns, sums, codes, width)


@part
def _add_rows(
    explainer: Explainer, columns: Floats, sums: Floats, codes: NDArray[np.int64], width: int
) -> None:
    blocks, conditions, _, words = explainer.blocks
    table = explainer.table
    for b in range(len(blocks)):
        block = blocks[b]
        at = block.table_start + block.n_slots
        if block.has_table:
            ask_rows(block, conditions, words, columns, codes, width, len(sums))
            width_of_table = np.int64(block.n_slots) + 1
            for row in range(len(sums)):
                sums[row] += table[np.uintp(at + codes[row] * width_of_table)]
        else:
            for row in range(len(sums)):
                if reaches(block, conditions, words, columns, width, row):
                    sums[row] += table[at]


@part
def _add_one_row(
    explainer: Explainer,
    columns: Floats,
    sums: Floats,
    places: NDArray[np.int64],
    width: int,
    row: int,
) -> None:
    blocks, conditions, _, words = explainer.blocks
    table = explainer.table
    find_places(blocks, conditions, words, columns, places, width, row)
    total = 0.0
    for b in range(len(blocks)):
        block = blocks[b]
        if block.has_table or reaches(block, conditions, words, columns, width, row):
            total += table[np.uintp(places[np.uintp(b)] + block.n_slots)]
    sums[row] = total
