"""BG/NBD, a peer: how many orders it expects.

P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers the Easy Way", Marketing Science 24(2),
2005, equation 10.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import hyp2f1

from training.learning.btyd import Rhythms

Numbers = NDArray[np.float64]


def bg_nbd_expected(parameters: Numbers, rhythms: Rhythms, duration: float) -> Numbers:
    """Return the expected number of order days of each customer within `duration`, shape (n,).

    Parameters
    ----------
    parameters : logs of r, alpha, a, b
    rhythms, duration : in the unit of time of alpha

    Euler's transformation makes the hypergeometric series one of small parameters: the terms that
    grow with the number of orders cancel on paper instead of in floating point.
    """
    r, alpha, a, b = np.exp(parameters)
    a += 1e-9 if a == 1 else 0.0  # its formula has no value there, only a limit
    x = rhythms.repeats
    left = (alpha + rhythms.age) / (alpha + rhythms.age + duration)
    series = hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, 1 - left)
    lasting = (a + b + x - 1) / (a - 1) * (1 - left ** (a - 1) * series)
    growth = (r + x) * np.log((alpha + rhythms.age) / (alpha + rhythms.last_at))
    odds_gone = np.where(x > 0, a / (b + np.maximum(x, 1) - 1), 0.0) * np.exp(
        np.minimum(growth, 700.0)
    )
    return np.asarray(lasting / (1 + odds_gone))
