"""From a booster's raw margin to a fit_calibration one: a slope and an intercept."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from app.bundle.folder.manifest import Calibration

# Sharper than the out-of-fold margins by more than this, or flatter, and the fit saw noise.
MIN_SLOPE, MAX_SLOPE = 0.5, 1.5
MARGIN_LIMIT = 12.0  # a probability of 0.999994; nothing that was ever measured is surer


def probabilities_of(
    raw_margins: NDArray[np.float64], calibration: Calibration
) -> NDArray[np.float64]:
    """Return the churn probabilities (0 to 1) of raw margins (log-odds), same shape."""
    margins = calibration.slope * raw_margins + calibration.intercept
    return np.asarray(expit(margins), dtype=np.float64)


def fit_calibration(
    raw_margins: NDArray[np.float64], churned: NDArray[np.float64], newest: NDArray[np.bool_]
) -> Calibration:
    """Return the slope over all rows, and the intercept that meets the newest window's base rate.

    Parameters
    ----------
    raw_margins : float64 array of shape (n,)
        Out-of-fold: of trees that have not seen the row's customer.
    churned : float64 array of shape (n,)
    newest : bool array of shape (n,)
        Rows of the newest closed label window. Base rates drift with the season; the newest is
        the nearest to what will be scored.

    References
    ----------
    J. Platt, "Probabilistic outputs for support vector machines" (1999), without its prior counts:
    rows are thousands here.
    """
    slope = min(MAX_SLOPE, max(MIN_SLOPE, calibration_slope(raw_margins, churned)))
    rows = newest if newest.any() else np.ones(len(churned), dtype=bool)
    return Calibration(
        slope, intercept_for_base_rate(slope * raw_margins[rows], float(churned[rows].mean()))
    )


def calibration_slope(raw_margins: NDArray[np.float64], churned: NDArray[np.float64]) -> float:
    """Return the slope of a logistic regression of `churned` on the margin; 1 where it is flat."""
    if np.ptp(raw_margins) == 0 or np.ptp(churned) == 0:
        return 1.0
    line = LogisticRegression(C=np.inf).fit(raw_margins.reshape(-1, 1), churned)
    return float(line.coef_[0, 0])


def intercept_for_base_rate(margins: NDArray[np.float64], base_rate: float) -> float:
    """Return what must be added to `margins` for their mean probability to be `base_rate`."""
    rate = min(max(base_rate, 1e-5), 1 - 1e-5)

    def miss(shift: float) -> float:
        return float(expit(margins + shift).mean()) - rate

    return float(brentq(miss, -2 * MARGIN_LIMIT, 2 * MARGIN_LIMIT, xtol=1e-12))
