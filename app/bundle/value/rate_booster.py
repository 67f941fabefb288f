"""A small booster that predicts how much a customer orders or spends a day."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.booster_scorer import BoosterScorer
from app.bundle.trees.explainer import Explainer
from app.bundle.trees.margins import Forest, build_adder, raw_margins
from app.bundle.trees.parsing import parse_trees
from app.compiled.kernel import NoMachineCode
from app.features.catalogue import FEATURE_INDEX


@dataclass(frozen=True, slots=True)
class RateBooster:
    """Predicts the logarithm of what a customer orders a day, as a multiple of `per_day`.

    Attributes
    ----------
    text : LightGBM's text model, which our own parser and kernels evaluate. `BundleRefused` if it
        is damaged.
    per_day : the mean over all customers.
    share : the weight (0 to 1) of the booster in a forecast; the closed form has the rest.
    """

    text: str
    per_day: float
    share: float = 0.5
    adder: Forest | Explainer | BoosterScorer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 < self.per_day < math.inf:
            raise ValueError(f"a rate must be finite and above 0 a day, got {self.per_day}")
        if not 0 <= self.share <= 1:
            raise ValueError(f"a booster's share must lie in 0 to 1, got {self.share}")
        object.__setattr__(self, "adder", _adder_of(self.text))

    def margins(
        self, features: NDArray[np.float64], *, out: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Return the booster's logarithms, shape (n,), written into `out` if it is given."""
        if not isinstance(self.adder, BoosterScorer):
            return raw_margins(self.adder, features, out=out)
        margins = self.adder.raw_margins(features)
        if out is None:
            return margins
        out[:] = margins
        return out


def _adder_of(text: str) -> Forest | Explainer | BoosterScorer:
    """Return what adds up the leaves: our kernels, or LightGBM where they cannot be used."""
    trees = parse_trees(text, n_features=len(FEATURE_INDEX), source="value booster")
    try:
        adder = build_adder(trees)
        raw_margins(adder, np.zeros((1, trees.n_features)))
    except NoMachineCode:
        return BoosterScorer(text)
    return adder
