"""The few features that moved a risk most."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry

Numbers = NDArray[np.float64]
Positions = NDArray[np.int64]

NO_REASON = -1


class Reasons(NamedTuple):
    """What moved the margin of each customer most, largest first.

    Attributes
    ----------
    positions
        int64, shape (n, n_reasons): columns of the features; `NO_REASON` from the first on that
        moved less than is worth telling.
    moves
        float64, shape (n, n_reasons): their contributions, in log-odds.
    others
        float64, shape (n,): what is left of the margin, beside `base` and the moves told.
    base
        The margin that reasons start from.
    """

    positions: Positions
    moves: Numbers
    others: Numbers
    base: float


def reasons_of(contributions: Numbers, margins: Numbers, *, most: int, least: float) -> Reasons:
    """Return the `most` largest contributions of each row, of at least the size `least`.

    `contributions` has shape (n, n_features + 1), the base last. Of equal ones the feature that
    comes first goes first.
    """
    n = len(margins)
    positions, moves = np.empty((n, most), np.int64), np.empty((n, most))
    others = np.empty(n)
    _choose(contributions, margins, least, positions, moves, others)
    return Reasons(positions, moves, others, float(contributions[0, -1]) if n else 0.0)


@entry
def _choose(
    contributions: Numbers,
    margins: Numbers,
    least: float,
    positions: Positions,
    moves: Numbers,
    others: Numbers,
) -> None:
    n_features, most = contributions.shape[1] - 1, positions.shape[1]
    for row in range(len(margins)):
        n_told, bar = 0, least
        for j in range(n_features if most else 0):
            move = contributions[row, j]
            if abs(move) < bar or (n_told == most and abs(move) == bar):
                continue
            at = min(n_told, most - 1)
            while at > 0 and abs(moves[row, at - 1]) < abs(move):
                moves[row, at], positions[row, at] = moves[row, at - 1], positions[row, at - 1]
                at -= 1
            moves[row, at], positions[row, at] = move, j
            n_told = min(n_told + 1, most)
            if n_told == most:
                bar = abs(moves[row, most - 1])
        others[row] = margins[row] - contributions[row, n_features]
        for i in range(n_told):
            others[row] -= moves[row, i]
        for i in range(n_told, most):
            moves[row, i], positions[row, i] = 0.0, NO_REASON
