"""How often the groups of back-tests fell inside the intervals that other back-tests suggest."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.special import expit, logit

from app.statistics.intervals import z_value
from training.certainty.interval import CalibrationTable, calibration_columns, shared_spread

MIN_PROBABILITY: Final = 1e-4


def covered_groups(
    tables: Sequence[CalibrationTable], errors: Sequence[float], *, coverage: float
) -> tuple[int, int]:
    """Return how many groups of the back-tests fell inside, and how many groups there are.

    Each back-test is compared with a spread to which it did not contribute.

    Parameters
    ----------
    tables : calibration tables of the back-tests.
    errors : of the base rate, as in `shared_spread`.
    """
    n_covered = n_groups = 0
    for i, tested in enumerate(tables):
        others = [*tables[:i], *tables[i + 1 :]]
        spread = shared_spread(errors, others, student_rmse=0.0)
        n_covered += _n_inside(tested, spread, coverage)
        n_groups += len(tested)
    return n_covered, n_groups


def _n_inside(table: CalibrationTable, spread: float, coverage: float) -> int:
    predicted, observed, n = calibration_columns(table)
    margins = logit(np.clip(predicted, MIN_PROBABILITY, 1 - MIN_PROBABILITY))
    by_chance = 1 / (n * predicted * (1 - predicted))
    reach = z_value(coverage) * np.sqrt(spread**2 + by_chance)
    # Half a customer to either side: of 300 customers at one in 200, none is no surprise.
    low, high = n * expit(margins - reach) - 0.5, n * expit(margins + reach) + 0.5
    return int(((low <= n * observed) & (n * observed <= high)).sum())
