"""Calibration: whether what was predicted with a probability happens as often as that."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.statistics.ranking import RankedOutcomes, riskiest_first

N_BINS: Final = 10  # of equal count, so that each says as much as any other
N_DRAWS: Final = 400  # the 99th percentile of so many is good to a tenth of itself


class ReliabilityBin(NamedTuple):
    """One bin of a reliability diagram: means of `n` customers with similar probabilities."""

    mean_probability: float
    observed_rate: float
    n: int


def calibration_table(ranked: RankedOutcomes) -> list[ReliabilityBin]:
    """Return up to ten bins of equal count, from the lowest probabilities to the highest."""
    outcomes, probabilities = ranked
    n_bins = min(N_BINS, len(outcomes))
    return [
        ReliabilityBin(float(p.mean()), float(y.mean()), len(y))
        for p, y in zip(
            np.array_split(probabilities[::-1], n_bins),
            np.array_split(outcomes[::-1], n_bins),
            strict=True,
        )
    ]


def expected_calibration_error(ranked: RankedOutcomes) -> float:
    """Return the distance between mean probability and observed rate, averaged over the bins.

    ``sum over bins of n_bin / n * |mean probability - observed rate|``: M. P. Naeini, G. F. Cooper,
    M. Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI 2015. The
    bins hold equal numbers of customers here, rather than ranges of equal width.
    """
    errors = [n * abs(mean - observed) for mean, observed, n in calibration_table(ranked)]
    return float(sum(errors)) / len(ranked.outcomes)


def critical_calibration_error(
    probabilities: NDArray[np.float64], *, false_alarm_rate: float, seed: int = 0
) -> float:
    """Return the calibration error that true probabilities exceed with this rate (0 to 1).

    Outcomes are drawn from the probabilities themselves, again and again ("consistency resampling":
    J. Bröcker, L. A. Smith, "Increasing the Reliability of Reliability Diagrams", Weather and
    Forecasting 22 (2007), 651-661). It is not near 0 for small samples: ten bins of a hundred
    customers err by .1 although every probability is true.
    """
    ascending = probabilities[riskiest_first(probabilities)][::-1]
    sizes = [len(bin_) for bin_ in np.array_split(ascending, min(N_BINS, len(ascending)))]
    starts = np.cumsum([0, *sizes[:-1]])
    rng = np.random.default_rng(seed)
    n = len(ascending)
    errors = [
        np.abs(np.add.reduceat((rng.random(n) < ascending) - ascending, starts)).sum() / n
        for _ in range(N_DRAWS)
    ]
    return float(np.quantile(errors, 1 - false_alarm_rate))
