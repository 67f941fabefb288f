"""How amounts vary within and between customers: the gamma-gamma model.

P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary Value", 2013, equation 1a.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln

from app.bundle.value.gamma_gamma import GammaGamma

Numbers = NDArray[np.float64]

MAX_FITTED: Final = 12_000  # three parameters are known well enough from this many customers
RIDGE: Final = 1e-4  # keeps parameters finite where the data do not bound them


def fit_spending(n_days: Numbers, mean: Numbers) -> GammaGamma:
    """Return the parameters that make these mean amounts most likely.

    Parameters
    ----------
    n_days : float64 array of shape (n,)
        How many days with orders each mean is of.
    mean : float64 array of shape (n,)
        Mean amount of such a day, above 0.
    """
    step = max(1, len(mean) // MAX_FITTED)
    days, means = n_days[::step], mean[::step]
    scale = float(means.mean())  # the fit must not depend on the currency

    def loss(parameters: Numbers) -> float:
        likelihood = log_likelihood(_spending(parameters), days, means / scale)
        total = -float(likelihood.mean()) + RIDGE * float(parameters @ parameters)
        return total if np.isfinite(total) else 1e9

    options = {"maxiter": 800, "xatol": 1e-4, "fatol": 1e-9}
    found = minimize(loss, np.log([2.0, 2.0, 1.0]), method="Nelder-Mead", options=options)
    p, q, v = _spending(np.asarray(found.x))
    return GammaGamma(p, q, v * scale)


def log_likelihood(spending: GammaGamma, n_days: Numbers, mean: Numbers) -> Numbers:
    """Return the log-likelihood of each customer's mean amount, shape (n,); equation 1a."""
    p, q, v = spending
    shape = p * n_days
    return np.asarray(
        gammaln(shape + q)
        - gammaln(shape)
        - gammaln(q)
        + q * np.log(v)
        + (shape - 1) * np.log(mean)
        + shape * np.log(n_days)
        - (shape + q) * np.log(n_days * mean + v)
    )


def _spending(parameters: Numbers) -> GammaGamma:
    """Return the parameters; q stays above 1, or customers would have no mean amount."""
    p, above_1, v = np.exp(parameters)
    return GammaGamma(float(p), float(1 + above_1), float(v))
