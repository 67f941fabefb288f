"""What closed windows teach about the closed form: who orders more than it says, and who less."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.closed_form import N_DESCRIPTORS
from app.bundle.value.correction import Correction, log_factors

Numbers = NDArray[np.float64]

# Windows lie in another season and at another age of the log: part of what they teach does not
# carry. Seven tenths had the smallest error over the back-tests, from a half to all of it.
STRENGTH: Final = 0.7
RIDGE: Final = 5.0
MAX_STEPS: Final = 60
ALL_THE_SAME: Final = 1e-9
ARRIVED: Final = 1e-8


@dataclass(frozen=True, slots=True)
class Lesson:
    """Expectations of the closed form, what describes the customers, and what happened.

    `describing` has shape (n, N_DESCRIBING), the others (n,).
    """

    expected: Numbers
    describing: Numbers
    happened: Numbers


def fit_correction(lessons: Sequence[Lesson], *, power: float) -> Correction:
    """Return the correction that lessons teach, its level 0.

    A generalised linear fit with logarithmic link on top of the expectations, by quasi-likelihood
    (McCullagh and Nelder, "Generalized Linear Models", 2nd edition, chapter 9): the variance is
    taken to grow as mean ** `power`: 1 for counts, 1.5 for amounts, whose tail is longer.
    """
    expected = np.concatenate([lesson.expected for lesson in lessons])
    describing = np.vstack([lesson.describing for lesson in lessons])
    happened = np.concatenate([lesson.happened for lesson in lessons])
    if not (happened.sum() > 0 and expected.sum() > 0):
        return Correction((0.0,) * N_DESCRIPTORS, 0.0, 0.0)
    centre, spread = describing.mean(axis=0), describing.std(axis=0)
    useful = spread > ALL_THE_SAME
    scaled = np.where(useful, (describing - centre) / np.where(useful, spread, 1.0), 0.0)
    learned = _quasi_likelihood(scaled, happened, expected, power)
    weights = STRENGTH * np.where(useful, learned / np.where(useful, spread, 1.0), 0.0)
    middle = float(np.average(describing @ weights, weights=expected))
    return Correction(tuple(float(weight) for weight in weights), middle, 0.0)


def with_total(
    correction: Correction, expected: Numbers, describing: Numbers, *, total: float
) -> Correction:
    """Return the correction with the level that makes expectations add up to `total`."""
    moved = np.exp(log_factors(correction.weights, correction.centre, describing))
    return correction._replace(level=float(np.log(total / (expected @ moved))))


def _quasi_likelihood(
    columns: Numbers, happened: Numbers, expected: Numbers, power: float
) -> Numbers:
    """Return the weights of the scaled columns by Newton's method with a ridge."""
    table = np.column_stack([np.ones(len(happened)), columns])
    offset = np.log(np.maximum(expected, 1e-12))
    scale = float(happened.mean())
    weights = np.zeros(table.shape[1])
    weights[0] = np.log(happened.sum() / expected.sum())
    ridge = np.full(len(weights), RIDGE)
    ridge[0] = 0.0
    for _ in range(MAX_STEPS):
        mean = np.exp(np.clip(table @ weights + offset, -30.0, 30.0))
        trust = (mean / scale) ** (1 - power) / scale
        slope = table.T @ ((happened - mean) * trust) - ridge * weights
        curvature = (table * (mean * trust)[:, None]).T @ table + np.diag(ridge + 1e-9)
        step = np.clip(np.linalg.solve(curvature, slope), -1.0, 1.0)
        weights = weights + step
        if np.abs(step).max() < ARRIVED:
            break
    return np.asarray(weights[1:])
