"""The scorer of the serving path: compiled kernels over parsed trees, without LightGBM."""

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.explainer import build_explainer
from app.bundle.trees.flat_trees import FlatTrees
from app.bundle.trees.margins import build_adder
from app.bundle.trees.margins import raw_margins as add_up_margins
from app.bundle.trees.treeshap import explain


class KernelScorer:
    """Raw margins and contributions of trees; safe to call from several threads at once."""

    def __init__(self, trees: FlatTrees) -> None:
        self._explainer = build_explainer(trees)
        self._adder = build_adder(trees, explainer=self._explainer)
        row = np.zeros((1, trees.n_features))  # no request should wait for a kernel to be loaded
        self.raw_margins(row)
        self.raw_contributions(row)

    def raw_margins(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the raw margins, shape (n,), of features of shape (n, n_features)."""
        return add_up_margins(self._adder, features)

    def raw_contributions(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact TreeSHAP values, shape (n, n_features + 1); the last column is the base."""
        return explain(self._explainer, features)[0]

    def raw_explanation(
        self, features: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return contributions and margins, in the time that the contributions alone take."""
        return explain(self._explainer, features)
