"""How far a margin may be off, as a small table that training measures and the manifest holds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from app.bundle.json_object import JsonObject

MAX_SIDE: Final = 64  # rows or columns of the tables; real ones have five rows and ten columns
MAX_DEVIATION: Final = 20.0  # log-odds, which turn any probability into nearly 0 or 1


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Standard deviations of the error of a margin, in log-odds.

    The deviation of one customer is ``sqrt(shared_deviation² + own²)``. `own` is read from a table,
    one for the lower end of the interval and one for the upper: its row depends on how much history
    the customer has; between the columns it is interpolated linearly by the margin, and beyond the
    first and last column it stays constant.

    Attributes
    ----------
    coverage : float
        The share (0 to 1) of intervals that are meant to contain the true probability.
    shared_deviation : float
        By how much all customers are off together, because the overall level of churn in the
        predicted window is not known.
    history_feature : str
        The feature that measures how much history a customer has; missing counts as least.
    history_from : floats, ascending
        The amounts of history from which on the second, third, ... row of a table applies.
    knots : floats, ascending
        Margins (log-odds) of the columns.
    below, above : rows of floats
        The tables: one row per amount of history, one column per knot.
    """

    coverage: float
    shared_deviation: float
    history_feature: str
    history_from: tuple[float, ...]
    knots: tuple[float, ...]
    below: tuple[tuple[float, ...], ...]
    above: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if not 0 < self.coverage < 1:
            raise ValueError(f"an interval needs a coverage between 0 and 1, got {self.coverage}")
        _validate_ascending("history_from", self.history_from)
        _validate_ascending("knots", self.knots)
        if not self.knots:
            raise ValueError("uncertainty needs at least one knot")
        n_rows, n_columns = len(self.history_from) + 1, len(self.knots)
        _validate_table("below", self.below, n_rows, n_columns)
        _validate_table("above", self.above, n_rows, n_columns)
        _validate_deviation("common", self.shared_deviation)

    def as_json(self) -> dict[str, object]:
        """Return the section `uncertainty` of the manifest."""
        return {
            "coverage": self.coverage,
            "common": self.shared_deviation,
            "history": self.history_feature,
            "history_from": list(self.history_from),
            "knots": list(self.knots),
            "below": [list(row) for row in self.below],
            "above": [list(row) for row in self.above],
        }


def read_uncertainty(fields: JsonObject) -> Uncertainty:
    """Return what `as_json` wrote; `BundleRefused` or `ValueError` if it is anything else."""
    fields.allow_only("coverage", "common", "history", "history_from", "knots", "below", "above")
    return Uncertainty(
        coverage=fields.number("coverage"),
        shared_deviation=fields.number("common"),
        history_feature=fields.string("history"),
        history_from=fields.numbers("history_from"),
        knots=fields.numbers("knots"),
        below=fields.number_rows("below"),
        above=fields.number_rows("above"),
    )


def _validate_ascending(name: str, values: Sequence[float]) -> None:
    if len(values) > MAX_SIDE or any(a >= b for a, b in pairwise(values)):
        raise ValueError(f"{name} must be at most {MAX_SIDE} ascending numbers")
    if not all(map(math.isfinite, values)):
        raise ValueError(f"{name} must be finite")


def _validate_table(
    name: str, rows: Sequence[Sequence[float]], n_rows: int, n_columns: int
) -> None:
    if len(rows) != n_rows or any(len(row) != n_columns for row in rows):
        raise ValueError(f"{name} needs {n_rows} rows of {n_columns} columns")
    for row in rows:
        for deviation in row:
            _validate_deviation(name, deviation)


def _validate_deviation(name: str, deviation: float) -> None:
    if not 0 <= deviation <= MAX_DEVIATION:
        raise ValueError(f"a deviation of {name} must lie in 0 to {MAX_DEVIATION}, got {deviation}")
