"""From the spread of every customer to the small table that serves."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.uncertainty import MAX_DEVIATION, Uncertainty
from app.features.catalogue import FEATURE_INDEX
from app.statistics.intervals import z_value
from training.certainty.rate_uncertainty import COVERAGE

Numbers = NDArray[np.float64]

N_KNOTS: Final = 7
MIN_IN_CELL: Final = 20


def tabulate(
    margins: Numbers,
    *,
    below: Numbers,
    above: Numbers,
    common: float,
    history: tuple[str, tuple[float, ...]],
    features: Numbers,
) -> Uncertainty:
    """Return the spreads of customers as a table by amount of history and margin.

    More history must never widen an interval, and neither of its ends may fall where the margin
    rises: cells are raised, never lowered, until both hold.

    Parameters
    ----------
    margins, below, above : float64 arrays of shape (n,)
        Log-odds, and their spreads downwards and upwards.
    common : the spread that all customers share.
    history : the feature that says how much is known of a customer, and the steps of it.
    features : float64 array of shape (n, n_features)
    """
    name, steps = history
    amounts = np.nan_to_num(features[:, FEATURE_INDEX[name]])
    row = np.searchsorted(steps, amounts, side="right")
    knots = _knots(margins)
    nearest = np.abs(margins[:, None] - knots[None, :]).argmin(axis=1)
    cells = _Cells(row, nearest, (len(steps) + 1, len(knots)))
    return Uncertainty(
        coverage=COVERAGE,
        shared_deviation=common,
        history_feature=name,
        history_from=steps,
        knots=tuple(knots.tolist()),
        below=_as_rows(_monotone(cells.root_mean_square(below), knots)),
        above=_as_rows(_monotone(cells.root_mean_square(above), knots)),
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """Which cell of the table each customer falls into."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    shape: tuple[int, int]

    def root_mean_square(self, values: Numbers) -> Numbers:
        """Return the table; a thin cell takes that of the next shorter history, or the nearest."""
        table = np.full(self.shape, np.nan)
        for i in range(self.shape[0]):
            for j in range(self.shape[1]):
                cell = values[(self.row == i) & (self.column == j)]
                if len(cell) >= MIN_IN_CELL:
                    table[i, j] = np.sqrt(np.mean(cell**2))
        if np.isnan(table).all():
            table[0, :] = np.sqrt(np.mean(values**2))
        return np.minimum(_filled(table), MAX_DEVIATION)


def _filled(table: Numbers) -> Numbers:
    filled = table.copy()
    for i in range(1, len(filled)):
        filled[i] = np.where(np.isnan(filled[i]), filled[i - 1], filled[i])
    for i in range(len(filled) - 2, -1, -1):
        filled[i] = np.where(np.isnan(filled[i]), filled[i + 1], filled[i])
    known = np.flatnonzero(~np.isnan(filled[0]))
    nearest = known[np.abs(np.arange(filled.shape[1])[:, None] - known[None, :]).argmin(axis=1)]
    return filled[:, nearest]


def _knots(margins: Numbers) -> Numbers:
    """Return where the margins lie: evenly between their first and last hundredth."""
    first, last = np.quantile(margins, [0.01, 0.99])
    if last - first < 1e-3:  # noqa: PLR2004 - log-odds: all margins are the same
        return np.array([float(first)])
    return np.asarray(np.round(np.linspace(first, last, N_KNOTS), 6), dtype=np.float64)


def _monotone(table: Numbers, knots: Numbers) -> Numbers:
    wider = np.maximum.accumulate(table[::-1], axis=0)[::-1]
    # Ends must move by less than the margin does: neighbours differ by less than their distance.
    distance = np.abs(knots[:, None] - knots[None, :]) * 0.95 / z_value(COVERAGE)
    return np.asarray((wider[:, None, :] - distance[None, :, :]).max(axis=2), dtype=np.float64)


def _as_rows(table: Numbers) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in np.round(table, 6).tolist())
