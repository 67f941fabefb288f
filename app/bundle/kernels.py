"""The scorer of the serving path: flat trees and compiled kernels, LightGBM stays unloaded."""

import numpy as np
from numpy.typing import NDArray

from app.bundle import predict, treeshap
from app.bundle.trees import Trees


class KernelScorer:
    """Raw margins and contributions of trees; safe to call from several threads at once."""

    def __init__(self, trees: Trees) -> None:
        self._n_features = trees.n_features
        self._explainer = treeshap.build_explainer(trees)
        self._warm_up()

    def raw_margins(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the uncalibrated log-odds, shape (n,), of features of shape (n, n_features)."""
        return predict.raw_margins(self._explainer, features)

    def raw_contributions(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact TreeSHAP values, shape (n, n_features + 1); the last column is the base."""
        return treeshap.raw_contributions(self._explainer, features)

    def _warm_up(self) -> None:
        row = np.zeros((1, self._n_features))
        self.raw_margins(row)
        self.raw_contributions(row)
