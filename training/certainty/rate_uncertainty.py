"""How far a short history leaves a customer's own rate of events unknown."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaincinv, logit

from app.domain.churn import ChurnKind
from app.features.population import in_population
from app.statistics.intervals import z_value
from training.learning.btyd import Rhythms, bg_nbd, fit_parameters
from training.learning.rhythm_features import UNIT, rhythms_at
from training.run import TrainingRun

Numbers = NDArray[np.float64]

COVERAGE: Final = 0.9
MIN_PROBABILITY: Final = 1e-4


def rate_spread(run: TrainingRun, customers: NDArray[np.int64]) -> tuple[Numbers, Numbers]:
    """Return the spreads of `rate_quantile_spread` for these positions, by BG/NBD fitted on all.

    0 for cancellation, because the rhythm of events does not say when a contract ends.
    """
    if run.churn.kind is not ChurnKind.ABSENCE:
        return np.zeros(len(customers)), np.zeros(len(customers))
    rhythms = rhythms_at(run.known, run.churn.event, as_of=run.cut_off)
    everybody = np.flatnonzero(in_population(run.known, run.churn, as_of=run.cut_off))
    rows = np.searchsorted(everybody, customers)
    theirs = Rhythms(rhythms.repeats[rows], rhythms.last_at[rows], rhythms.age[rows])
    return rate_quantile_spread(fit_parameters(bg_nbd, rhythms), theirs, run.horizon / UNIT)


def rate_quantile_spread(
    parameters: Numbers, rhythms: Rhythms, duration: float
) -> tuple[Numbers, Numbers]:
    """Return by how much (log-odds) each probability of silence may be too high, and too low.

    Each is a standard deviation, such that an interval of `COVERAGE` reaches from the mean to the
    probability at the quantile of the customer's rate. Both have shape (n,).

    Parameters
    ----------
    parameters : logarithms of BG/NBD's r, alpha, a and b.
    duration : how long the silence is to last, in the unit of `rhythms`.
    """
    r, alpha, a, b = np.exp(parameters)
    shape = r + rhythms.repeats
    faded = shape * np.log((alpha + rhythms.age) / (alpha + rhythms.last_at))
    gone = np.where(rhythms.repeats > 0, np.log(a) - np.log(b + rhythms.repeats - 1) + faded, -50)
    alive = expit(-gone)
    scale = duration / (alpha + rhythms.age)
    mean = _silence_log_odds(alive, (1 + scale) ** -shape)
    tail = (1 - COVERAGE) / 2
    low, high = (
        _silence_log_odds(alive, np.exp(-scale * gammaincinv(shape, quantile)))
        for quantile in (1 - tail, tail)
    )
    z = z_value(COVERAGE)
    return np.maximum(mean - low, 0) / z, np.maximum(high - mean, 0) / z


def _silence_log_odds(alive: Numbers, silent_if_alive: Numbers) -> Numbers:
    silent = 1 - alive + alive * silent_if_alive
    return np.asarray(logit(np.clip(silent, MIN_PROBABILITY, 1 - MIN_PROBABILITY)))
