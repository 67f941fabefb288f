"""Buy-till-you-die: the probability that nothing happens for a while, from rhythm alone.

For each of these distributions, the probability of no event in the next t, given a history, is the
likelihood of the same history observed t later, over its likelihood now. Time is in units of the
caller's choice.

References
----------
BG/NBD: P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers the Easy Way", Marketing Science
24(2), 2005, equation 6. Pareto/NBD: Fader and Hardie, "A Note on Deriving the Pareto/NBD Model and
Related Expressions", 2005, equations 19 to 21.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Numbers = NDArray[np.float64]
LogLikelihood = Callable[[Numbers, Numbers, Numbers, Numbers], Numbers]

MAX_FITTED: Final = 12_000  # four parameters are known well enough from this many customers
RIDGE: Final = 1e-4  # keeps parameters finite where the data do not bound them
# Beyond a hundred events the series no longer converges, and the answer hardly changes.
MAX_EVENTS: Final = 100.0


@dataclass(frozen=True, slots=True)
class Rhythms:
    """What buy-till-you-die needs to know of customers, arrays of shape (n,).

    Attributes
    ----------
    repeats : events after the first (days with an event, less one); "frequency" in the papers.
    last_at : time from the first to the last event; "recency" in the papers.
    age : time from the first event to now; "T" in the papers.
    """

    repeats: Numbers
    last_at: Numbers
    age: Numbers


def fit_parameters(log_likelihood: LogLikelihood, rhythms: Rhythms) -> Numbers:
    """Return the logarithms of the four parameters that make `rhythms` most likely."""
    step = max(1, len(rhythms.age) // MAX_FITTED)
    table = np.column_stack([_capped(rhythms), rhythms.last_at, rhythms.age])[::step]
    distinct, counts = np.unique(np.round(table, 3), axis=0, return_counts=True)
    repeats, last_at, age = np.ascontiguousarray(distinct.T)

    def loss(parameters: Numbers) -> float:
        with np.errstate(invalid="ignore"):  # NaN where the series diverges; it is refused below
            likelihood = log_likelihood(parameters, repeats, last_at, age)
        mean = -float(counts @ likelihood) / float(counts.sum())
        return mean + RIDGE * float(parameters @ parameters) if np.isfinite(mean) else 1e9

    start = np.log([0.5, 8.0, 0.8, 3.0])
    options = {"maxiter": 500, "xatol": 1e-3, "fatol": 1e-8}
    found = minimize(loss, start, method="Nelder-Mead", options=options)
    return np.asarray(found.x, dtype=np.float64)


def silence_probability(
    log_likelihood: LogLikelihood, parameters: Numbers, rhythms: Rhythms, duration: float
) -> Numbers:
    """Return the probability (0 to 1) of no event in the next `duration`, shape (n,)."""
    repeats = _capped(rhythms)
    later = log_likelihood(parameters, repeats, rhythms.last_at, rhythms.age + duration)
    now = log_likelihood(parameters, repeats, rhythms.last_at, rhythms.age)
    return np.clip(np.nan_to_num(np.exp(np.minimum(later - now, 0.0)), nan=0.5), 0.0, 1.0)


def bg_nbd(parameters: Numbers, repeats: Numbers, last_at: Numbers, age: Numbers) -> Numbers:
    """Return the log-likelihood of each customer; `parameters` are logs of r, alpha, a, b."""
    r, alpha, a, b = np.exp(parameters)
    constant = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    active = betaln(a, b + repeats) - (r + repeats) * np.log(alpha + age)
    since = betaln(a + 1, b + np.maximum(repeats, 1) - 1) - (r + repeats) * np.log(alpha + last_at)
    return np.asarray(constant + np.where(repeats > 0, np.logaddexp(active, since), active))


def pareto_nbd(parameters: Numbers, repeats: Numbers, last_at: Numbers, age: Numbers) -> Numbers:
    """Return the log-likelihood of each customer; `parameters` are logs of r, alpha, s, beta."""
    r, alpha, s, beta = np.exp(parameters)
    total = r + s + repeats
    first = s + 1 if alpha >= beta else r + repeats

    def part(moment: Numbers) -> Numbers:
        shifted = max(alpha, beta) + moment
        series = hyp2f1(total, first, total + 1, abs(alpha - beta) / shifted)
        return np.asarray(np.log(np.maximum(series, 1e-300)) - total * np.log(shifted))

    since_last, until_now = part(last_at), part(age)
    gap = since_last + np.log1p(-np.exp(np.minimum(until_now - since_last, -1e-15)))
    constant = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    active = -(r + repeats) * np.log(alpha + age) - s * np.log(beta + age)
    return np.asarray(constant + np.logaddexp(active, np.log(s / total) + gap))


def _capped(rhythms: Rhythms) -> Numbers:
    return np.minimum(rhythms.repeats, MAX_EVENTS)
