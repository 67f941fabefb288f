"""From raw margins to calibrated ones: a slope and an intercept (Platt scaling)."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from app.bundle.folder.manifest import Calibration

Numbers = NDArray[np.float64]

# A slope beyond these means that the fit took noise for signal.
MIN_SLOPE, MAX_SLOPE = 0.5, 1.5
MARGIN_LIMIT = 12.0  # a probability of 0.999994; nothing that was ever measured is more certain


def fit_calibration(
    raw_margins: Numbers, churned: Numbers, is_newest: NDArray[np.bool_]
) -> Calibration:
    """Return the slope over all rows, and the intercept that meets the newest base rate.

    Parameters
    ----------
    raw_margins : float64 array of shape (n,)
        Out of fold: each by trees that have not seen the row's customer.
    churned : float64 array of shape (n,)
    is_newest : bool array of shape (n,)
        Whether a row is of the newest closed label window. Base rates drift with the season, and
        the newest window is the nearest to what will be scored.

    References
    ----------
    J. Platt, "Probabilistic outputs for support vector machines" (1999), without its prior counts:
    rows are thousands here.
    """
    slope = min(MAX_SLOPE, max(MIN_SLOPE, calibration_slope(raw_margins, churned)))
    rows = is_newest if is_newest.any() else np.ones(len(churned), dtype=bool)
    base_rate = float(churned[rows].mean())
    return Calibration(slope, intercept_for_base_rate(slope * raw_margins[rows], base_rate))


def calibration_slope(raw_margins: Numbers, churned: Numbers) -> float:
    """Return the slope of a logistic regression of `churned` on the margin; 1 where it is flat."""
    if np.ptp(raw_margins) == 0 or np.ptp(churned) == 0:
        return 1.0
    line = LogisticRegression(C=np.inf).fit(raw_margins.reshape(-1, 1), churned)
    return float(line.coef_[0, 0])


def intercept_for_base_rate(margins: Numbers, base_rate: float) -> float:
    """Return what must be added to `margins` for their mean probability to be `base_rate`."""
    rate = min(max(base_rate, 1e-5), 1 - 1e-5)

    def error(shift: float) -> float:
        return float(expit(margins + shift).mean()) - rate

    return float(brentq(error, -2 * MARGIN_LIMIT, 2 * MARGIN_LIMIT, xtol=1e-12))
