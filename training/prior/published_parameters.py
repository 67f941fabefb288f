"""BG/NBD with parameters published for another shop, adjusted by the log's own rhythms.

References
----------
P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers the Easy Way", Marketing Science 24(2),
2005: r = 0.243, alpha = 4.414, a = 0.793, b = 2.426, in weeks.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logit

from training.learning.btyd import Rhythms, bg_nbd, silence_probability

Numbers = NDArray[np.float64]

PUBLISHED: Final = np.log([0.243, 4.414, 0.793, 2.426])
# How far other businesses may lie from that shop, in logarithms; further in their pace (alpha).
SPREAD: Final = np.array([1.0, 1.5, 1.0, 1.0])
MIN_PROBABILITY: Final = 1e-3  # log-odds of 7: trees need not learn what lies beyond


def posterior_parameters(rhythms: Rhythms) -> Numbers:
    """Return r, alpha, a and b (weeks): the published ones, adjusted by `rhythms`.

    They are the maximum a posteriori, with a normal prior on their logarithms.
    """
    table = np.column_stack([np.minimum(rhythms.repeats, 100), rhythms.last_at, rhythms.age])
    distinct, counts = np.unique(np.round(table, 3), axis=0, return_counts=True)
    repeats, last_at, age = np.ascontiguousarray(distinct.T)

    def loss(parameters: Numbers) -> float:
        likelihood = float(counts @ bg_nbd(parameters, repeats, last_at, age))
        away = (parameters - PUBLISHED) / SPREAD
        return float(away @ away) / 2 - likelihood if np.isfinite(likelihood) else 1e12

    options = {"maxiter": 1_000, "xatol": 1e-3, "fatol": 1e-6}
    return np.exp(minimize(loss, PUBLISHED, method="Nelder-Mead", options=options).x)


def silence_margins(parameters: Numbers, rhythms: Rhythms, duration: float) -> Numbers:
    """Return the log-odds of no event in the next `duration` (weeks), shape (n,)."""
    silent = silence_probability(bg_nbd, np.log(parameters), rhythms, duration)
    return np.asarray(logit(np.clip(silent, MIN_PROBABILITY, 1 - MIN_PROBABILITY)))
