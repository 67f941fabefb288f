"""The scorer of the serving path: flat trees and compiled kernels, LightGBM stays unloaded."""

from contextlib import suppress
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers import tier_columns
from app.bundle.answers.rating import calibrate, rated
from app.bundle.answers.reasons import reasons_of
from app.bundle.trees import margins, treeshap
from app.bundle.trees.parsing import Trees
from app.compiled.kernel import NoMachineCode

_STUMP: Final = Trees(  # one split of one feature, as small as trees get
    n_features=1,
    node_start=np.array([0, 1]),
    leaf_start=np.array([0, 2]),
    feature=np.array([0]),
    threshold=np.array([0.5]),
    nan_left=np.array([True]),
    zero_left=np.array([True]),
    left=np.array([-1]),
    right=np.array([-2]),
    set_start=np.array([-1]),
    set_size=np.array([0]),
    words=np.zeros(0, np.uint32),
    node_count=np.array([2.0]),
    leaf_count=np.array([1.0, 1.0]),
    leaf_value=np.array([-1.0, 1.0]),
)


class KernelScorer:
    """Raw margins and contributions of trees; safe to call from several threads at once."""

    def __init__(self, trees: Trees) -> None:
        self._n_features = trees.n_features
        self._explainer = treeshap.build_explainer(trees)
        self._adder = margins.adder_of(trees, explainer=self._explainer)
        self._warm_up()

    def raw_margins(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the uncalibrated log-odds, shape (n,), of features of shape (n, n_features)."""
        return margins.raw_margins(self._adder, features)

    def raw_contributions(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact TreeSHAP values, shape (n, n_features + 1); the last column is the base."""
        return treeshap.raw_contributions(self._explainer, features)

    def raw_explained(
        self, features: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return contributions and margins, both in the time of the contributions."""
        return treeshap.explain(self._explainer, features)

    def _warm_up(self) -> None:
        row = np.zeros((1, self._n_features))
        self.raw_margins(row)
        self.raw_contributions(row)


def warm_up() -> None:
    """Compile or load the kernels of any bundle, before there is one."""
    for make_ready in (_warm_up_trees, _warm_up_choice, tier_columns.warm_up):
        with suppress(NoMachineCode):  # opening a bundle says who answers instead
            make_ready()


def _warm_up_trees() -> None:
    KernelScorer(_STUMP).raw_explained(np.zeros((1, 1)))


def _warm_up_choice() -> None:
    rated(np.zeros(1), np.zeros(1))
    calibrate(np.zeros((1, 2)), np.zeros(1), slope=1.0, intercept=0.0)
    reasons_of(np.zeros((1, 2)), np.zeros(1), most=1, least=0.0)
