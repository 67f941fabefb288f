"""What computes the raw margins of a booster and explains them: kernels, or LightGBM."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Scorer(Protocol):
    """Computes raw (uncalibrated) margins and contributions, in log-odds.

    All methods take float64 features of shape (n, n_features), C-contiguous, NaN = missing.
    """

    def raw_margins(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the raw margins, shape (n,)."""

    def raw_contributions(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact TreeSHAP values, shape (n, n_features + 1); the last column is the base."""

    def raw_explanation(
        self, features: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return `raw_contributions` and `raw_margins`, equal to them to the last bit."""
