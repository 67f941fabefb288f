"""What a short rhythm leaves open: a customer's own rate of events is hardly known after few."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaincinv, logit

from app.domain.churn import ChurnDefinition, ChurnKind
from app.features.history import History
from app.features.population import in_population
from app.statistics.intervals import z_value
from training.dataset.snapshots import Window
from training.learning.btyd import Rhythms, bg_nbd, fit_parameters
from training.learning.rhythm_teacher import UNIT, rhythms_at

Numbers = NDArray[np.float64]

COVERAGE: Final = 0.9
MIN_PROBABILITY: Final = 1e-4


def rate_spread(
    history: History, churn: ChurnDefinition, customers: NDArray[np.int64], window: Window
) -> tuple[Numbers, Numbers]:
    """Return what a short rhythm leaves open (log-odds), below and above, each of shape (n,).

    Nothing for cancellation: a contract is not told by its rhythm.
    """
    if churn.kind is not ChurnKind.ABSENCE:
        return np.zeros(len(customers)), np.zeros(len(customers))
    rhythms = rhythms_at(history, churn.event, as_of=window.as_of)
    everybody = np.flatnonzero(in_population(history, churn, as_of=window.as_of))
    rows = np.searchsorted(everybody, customers)
    theirs = Rhythms(rhythms.repeats[rows], rhythms.last_at[rows], rhythms.age[rows])
    duration = (window.closes_at - window.as_of) / UNIT
    return rate_quantile_spread(fit_parameters(bg_nbd, rhythms), theirs, duration)


def rate_quantile_spread(
    map_: Numbers, rhythms: Rhythms, duration: float
) -> tuple[Numbers, Numbers]:
    """Return the spreads (log-odds) below and above, from the logs of BG/NBD's four parameters.

    In standard deviations, such that an interval of `COVERAGE` reaches to the rate's quantiles.
    """
    r, alpha, a, b = np.exp(map_)
    shape = r + rhythms.repeats
    faded = shape * np.log((alpha + rhythms.age) / (alpha + rhythms.last_at))
    gone = np.where(rhythms.repeats > 0, np.log(a) - np.log(b + rhythms.repeats - 1) + faded, -50)
    alive = expit(-gone)
    rate = duration / (alpha + rhythms.age)
    mean = _silent(alive, (1 + rate) ** -shape)
    tail = (1 - COVERAGE) / 2
    low, high = (
        _silent(alive, np.exp(-rate * gammaincinv(shape, quantile)))
        for quantile in (1 - tail, tail)
    )
    reach = z_value(COVERAGE)
    return np.maximum(mean - low, 0) / reach, np.maximum(high - mean, 0) / reach


def _silent(alive: Numbers, if_alive: Numbers) -> Numbers:
    return np.asarray(
        logit(np.clip(1 - alive + alive * if_alive, MIN_PROBABILITY, 1 - MIN_PROBABILITY))
    )
