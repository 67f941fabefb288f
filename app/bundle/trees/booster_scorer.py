"""LightGBM itself as a scorer: for golden rows, and where the kernels cannot be used."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.lightgbm_import import import_lightgbm


class BoosterScorer:
    """Raw margins and contributions as LightGBM computes them, on one thread.

    The hash of `booster_text` must have been compared before, because LightGBM crashes the process
    on a damaged text.
    """

    def __init__(self, booster_text: str) -> None:
        self._booster: Any = import_lightgbm().Booster(model_str=booster_text)

    def raw_margins(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the raw margins, shape (n,), of features of shape (n, n_features)."""
        margins = self._booster.predict(features, raw_score=True, num_threads=1)
        return np.asarray(margins, dtype=np.float64)

    def raw_contributions(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact TreeSHAP values, shape (n, n_features + 1); the last column is the base."""
        if not len(features):  # LightGBM refuses to explain an empty array
            return np.empty((0, features.shape[1] + 1))
        contributions = self._booster.predict(features, pred_contrib=True, num_threads=1)
        return np.asarray(contributions, dtype=np.float64)

    def raw_explanation(
        self, features: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return contributions and margins."""
        return self.raw_contributions(features), self.raw_margins(features)
