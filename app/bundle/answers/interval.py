"""How sure a probability is: the interval around it, from a small table that training measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.json_object import JsonObject
from app.compiled.kernel import entry
from app.statistics.intervals import z_value

Numbers = NDArray[np.float64]

MAX_SIDE: Final = 64  # knots or steps of the table; a real one has ten and five
# A percentage point to either side, at least: what is learned from thousands cannot tell one in a
# hundred from one in a thousand, however surely trees put somebody into the last leaf.
LEAST: Final = 0.01
MAX_SPREAD: Final = 20.0  # log-odds: from 0 to 1, whatever the probability


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How far a margin may be off, as standard deviations in log-odds.

    That of one customer is ``sqrt(common² + own²)``, where `own` is read off a table for the lower
    end and one for the upper: between knots of the margin on a straight line, beyond them as at
    the last; and in the row of the customer's amount of history.

    Attributes
    ----------
    coverage : float
        The share (0 to 1) of intervals that are meant to hold the true probability.
    common : float
        How far everybody is off together: the level of the window that is foretold.
    history : str
        The feature that says how much is known of a customer; missing counts as least.
    history_from : floats, ascending
        The amounts of history from which the second, third ... row of a table holds.
    knots : floats, ascending
        Margins (log-odds) of the columns.
    below, above : rows of floats
        The tables: one row per step of history, one column per knot.
    """

    coverage: float
    common: float
    history: str
    history_from: tuple[float, ...]
    knots: tuple[float, ...]
    below: tuple[tuple[float, ...], ...]
    above: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if not 0 < self.coverage < 1:
            raise ValueError(f"an interval needs a coverage between 0 and 1, got {self.coverage}")
        _check_ascending("history_from", self.history_from)
        _check_ascending("knots", self.knots)
        if not self.knots:
            raise ValueError("uncertainty needs at least one knot")
        shape = (len(self.history_from) + 1, len(self.knots))
        _check_table("below", self.below, shape)
        _check_table("above", self.above, shape)
        _check_spread("common", self.common)

    def as_json(self) -> dict[str, object]:
        """Return what the manifest says."""
        return {
            "coverage": self.coverage,
            "common": self.common,
            "history": self.history,
            "history_from": list(self.history_from),
            "knots": list(self.knots),
            "below": [list(row) for row in self.below],
            "above": [list(row) for row in self.above],
        }


def read_uncertainty(fields: JsonObject) -> Uncertainty:
    """Return what `as_json` wrote; anything else is refused."""
    fields.allow_only("coverage", "common", "history", "history_from", "knots", "below", "above")
    return Uncertainty(
        coverage=fields.number("coverage"),
        common=fields.number("common"),
        history=fields.string("history"),
        history_from=fields.numbers("history_from"),
        knots=fields.numbers("knots"),
        below=_rows(fields, "below"),
        above=_rows(fields, "above"),
    )


def _rows(fields: JsonObject, key: str) -> tuple[tuple[float, ...], ...]:
    rows = {str(i): row for i, row in enumerate(fields.array(key))}
    return tuple(map(JsonObject(rows, f"{fields.where}: {key}").numbers, rows))


@dataclass(frozen=True, slots=True)
class Intervals:
    """An `Uncertainty` as arrays, ready to answer; `column` is that of its history feature."""

    coverage: float
    column: int
    table: tuple[Numbers, Numbers, Numbers, Numbers]
    spread: Numbers  # common, and how many standard deviations reach from the middle to an end

    def around(
        self, probabilities: Numbers, margins: Numbers, features: Numbers
    ) -> tuple[Numbers, Numbers]:
        """Return the lower and upper ends (0 to 1), each of shape (n,).

        The probability always lies between them, and neither falls where the margin rises.

        Parameters
        ----------
        probabilities, margins : float64 arrays of shape (n,)
        features : float64 array of shape (n, n_features), C-contiguous
        """
        low, high = np.empty(len(margins)), np.empty(len(margins))
        _surround(self.table, self.spread, features, self.column, margins, probabilities, low, high)
        return low, high


def intervals_of(uncertainty: Uncertainty, names: Sequence[str]) -> Intervals:
    """Return the intervals for features in the order of `names`.

    Raises
    ------
    ValueError
        If the feature that says how much is known is not among them.
    """
    if uncertainty.history not in names:
        raise ValueError(f"uncertainty names {uncertainty.history!r}, no feature of the bundle")
    return Intervals(
        coverage=uncertainty.coverage,
        column=names.index(uncertainty.history),
        table=(
            np.array(uncertainty.history_from, dtype=np.float64),
            np.array(uncertainty.knots, dtype=np.float64),
            np.array(uncertainty.below, dtype=np.float64),
            np.array(uncertainty.above, dtype=np.float64),
        ),
        spread=np.array([uncertainty.common, z_value(uncertainty.coverage)]),
    )


def warm_up() -> None:
    """Compile or load the kernel, so that no request ever waits for that."""
    table = ((0.2, 0.2), (0.1, 0.1))
    uncertainty = Uncertainty(0.9, 0.0, "amount", (1.0,), (0.0, 1.0), table, table)
    one = np.full(1, 0.5)
    intervals_of(uncertainty, ["amount"]).around(one, one, one.reshape(1, 1))


def _check_ascending(name: str, values: Sequence[float]) -> None:
    if len(values) > MAX_SIDE or any(a >= b for a, b in pairwise(values)):
        raise ValueError(f"{name} must be at most {MAX_SIDE} ascending numbers")
    if not all(map(math.isfinite, values)):
        raise ValueError(f"{name} must be finite")


def _check_table(name: str, rows: Sequence[Sequence[float]], shape: tuple[int, int]) -> None:
    if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
        raise ValueError(f"{name} needs {shape[0]} rows of {shape[1]} columns")
    for row in rows:
        for spread in row:
            _check_spread(name, spread)


def _check_spread(name: str, spread: float) -> None:
    if not 0 <= spread <= MAX_SPREAD:
        raise ValueError(f"a spread of {name} must lie in 0 to {MAX_SPREAD}, got {spread}")


@entry
def _surround(
    table: tuple[Numbers, Numbers, Numbers, Numbers],
    spread: Numbers,
    features: Numbers,
    column: int,
    margins: Numbers,
    probabilities: Numbers,
    low: Numbers,
    high: Numbers,
) -> None:
    history_from, knots, below, above = table
    last = len(knots) - 1
    for i in range(len(margins)):
        step = 0
        while step < len(history_from) and features[i, column] >= history_from[step]:
            step += 1
        margin, right = margins[i], 0
        while right <= last and knots[right] < margin:
            right += 1
        left = max(right - 1, 0)
        right = min(right, last)
        share = 0.0
        if left < right:
            share = (margin - knots[left]) / (knots[right] - knots[left])
        down = (1 - share) * below[step, left] + share * below[step, right]
        up = (1 - share) * above[step, left] + share * above[step, right]
        common = spread[0] * spread[0]
        down = spread[1] * math.sqrt(common + down * down)
        up = spread[1] * math.sqrt(common + up * up)
        p = probabilities[i]
        low[i] = max(0.0, min(p - LEAST, 1 / (1 + math.exp(down - margin))))
        high[i] = min(1.0, max(p + LEAST, 1 / (1 + math.exp(-up - margin))))
