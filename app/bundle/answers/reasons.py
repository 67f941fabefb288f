"""Choose the few features that contributed most to a risk."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NO_REASON: Final = -1


class Reasons(NamedTuple):
    """The largest contributions to the margin of each customer, largest first.

    Attributes
    ----------
    positions
        int64, shape (n, n_reasons): columns of the features; `NO_REASON` where fewer features
        contributed enough.
    contributions
        float64, shape (n, n_reasons): what they contributed, in log-odds; 0 where the position
        is `NO_REASON`.
    other_contributions
        float64, shape (n,): the sum of all other contributions, so that `base_margin`, the reasons
        and this sum to the margin.
    base_margin
        The margin before any contribution, in log-odds.
    """

    positions: Integers
    contributions: Floats
    other_contributions: Floats
    base_margin: float


def choose_reasons(
    contributions: Floats, margins: Floats, *, max_reasons: int, least: float
) -> Reasons:
    """Return up to `max_reasons` contributions of each row whose size is at least `least`.

    Among equal contributions the feature with the smaller position comes first.

    Parameters
    ----------
    contributions : float64 array of shape (n, n_features + 1), the base last
    margins : float64 array of shape (n,)
    """
    n = len(margins)
    positions = np.empty((n, max_reasons), np.int64)
    chosen, others = np.empty((n, max_reasons)), np.empty(n)
    _choose_each(contributions, margins, least, positions, chosen, others)
    base_margin = float(contributions[0, -1]) if n else 0.0
    return Reasons(positions, chosen, others, base_margin)


@entry
def _choose_each(
    contributions: Floats,
    margins: Floats,
    least: float,
    positions: Integers,
    chosen: Floats,
    others: Floats,
) -> None:
    n_features, max_reasons = contributions.shape[1] - 1, positions.shape[1]
    for row in range(len(margins)):
        n_chosen = _choose(contributions[row], least, positions[row], chosen[row])
        others[row] = margins[row] - contributions[row, n_features]
        for i in range(n_chosen):
            others[row] -= chosen[row, i]
        for i in range(n_chosen, max_reasons):
            chosen[row, i], positions[row, i] = 0.0, NO_REASON


@part
def _choose(contributions: Floats, least: float, positions: Integers, chosen: Floats) -> int:
    """Write the largest contributions of one row, sorted by insertion; return how many."""
    n_features, max_reasons = len(contributions) - 1, len(positions)
    n_chosen, smallest = 0, least
    for j in range(n_features if max_reasons else 0):
        size = abs(contributions[j])
        if size < smallest or (n_chosen == max_reasons and size == smallest):
            continue
        at = min(n_chosen, max_reasons - 1)
        while at > 0 and abs(chosen[at - 1]) < size:
            chosen[at], positions[at] = chosen[at - 1], positions[at - 1]
            at -= 1
        chosen[at], positions[at] = contributions[j], j
        n_chosen = min(n_chosen + 1, max_reasons)
        if n_chosen == max_reasons:
            smallest = abs(chosen[max_reasons - 1])
    return n_chosen
