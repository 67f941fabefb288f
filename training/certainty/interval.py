"""How far a probability may be off: the level of the next window, the fit, and a short history.

Three things are not known, and add up as variances of the margin.

*Level*: what share will churn in the window that is foretold. Told by how far levels moved between
windows that had closed and later ones; and by back-tests, which also show how far tenths of
customers miss beside the level. Before a log has shown much of this, what was seen on other logs
stands in.

*Fit*: what other customers would have taught. Each fold's booster has not seen a part of them, so
the fold boosters' spread gives the delete-a-group jackknife; where two teachers share the say,
half of what they differ by is added.

*Rhythm*: a customer's own rate of events. After few of them it is hardly known: by BG/NBD it is a
gamma variable of shape r + repeats, and its quantiles give a probability below and above. Whether
the customer has left already is what the probability itself is about, and no part of this.

References
----------
P. S. Kott, "The delete-a-group jackknife", Journal of Official Statistics 17(4), 2001.
P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers the Easy Way", 2005 (BG/NBD).
"""

from collections.abc import Sequence
from typing import Final

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from app.bundle.answers.uncertainty import MAX_DEVIATION, Uncertainty
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.history import History
from app.features.population import in_population
from training.certainty.interval_table import tabulate
from training.certainty.rate_uncertainty import rate_spread
from training.dataset.dataset import Dataset, features_of_customers
from training.dataset.snapshots import Window
from training.learning.learn import LearningResult
from training.learning.platt_scaling import intercept_for_base_rate
from training.learning.teacher import Teacher

Numbers = NDArray[np.float64]
CalibrationTable = Sequence[tuple[float, float, int]]  # mean said, share seen, customers

# How far levels missed at earlier cut-offs of a shop (0.03 to 0.44 log-odds) and of a CD store
# (0.01 to 0.04): about the root mean square of both. It counts as one window.
BASE_RATE_ERROR_ELSEWHERE: Final = 0.25
N_ELSEWHERE: Final = 1.0
MAX_ASKED: Final = 20_000  # customers the table is measured on; cells are means of hundreds
MIN_PROBABILITY: Final = 1e-4
# Amounts of history at which the rows of the table change, by what counts as history.
STEPS_OF_ORDERS: Final = (2.0, 3.0, 5.0, 10.0)
STEPS_OF_DAYS: Final = (30.0, 90.0, 180.0, 365.0)


def uncertainty_of(
    known: History,
    churn: ChurnDefinition,
    learned: LearningResult,
    *,
    cut_off: int,
    tables: Sequence[CalibrationTable],
) -> Uncertainty:
    """Return how sure the served probabilities are as of `cut_off`.

    Parameters
    ----------
    known : History
        What was known at the cut-off.
    tables : calibration tables of back-tests: what was said then, and what came.
    """
    positions = np.flatnonzero(in_population(known, churn, as_of=cut_off))
    positions = positions[:: max(1, -(-len(positions) // MAX_ASKED))].astype(np.int64)
    features = features_of_customers(known, positions, as_of=cut_off)
    window = Window(cut_off, cut_off + churn.horizon_days * MICROSECONDS_PER_DAY)
    said = learned.student.probabilities_of(features)
    fit = fit_spread(learned.teacher, known, positions, features, window)
    below, above = rate_spread(known, churn, positions, window)
    return tabulate(
        logit(np.clip(said, MIN_PROBABILITY, 1 - MIN_PROBABILITY)),
        below=np.hypot(fit, below),
        above=np.hypot(fit, above),
        common=shared_spread(base_rate_errors(learned), tables, follow=learned.student.miss),
        history=history_feature(churn),
        features=features,
    )


def history_feature(churn: ChurnDefinition) -> tuple[str, tuple[float, ...]]:
    """Return the feature that says how much is known of a customer, and the steps of it."""
    if churn.kind is ChurnKind.ABSENCE and churn.event == "order_placed":
        return "order_days_total", STEPS_OF_ORDERS
    return "tenure_days", STEPS_OF_DAYS


def base_rate_errors(learned: LearningResult) -> list[float]:
    """Return by how much (log-odds) earlier levels missed each window that they can foretell.

    The level of a window is what must be added to margins that have not seen its customers. It is
    foretold half by the newest window closed by then, half by the mean of all closed ones: a plain
    stand-in for the rule of `training.learning.base_rate`, which would have to be learned again.
    """
    booster, dataset = learned.teacher.booster, learned.dataset
    if booster is None:
        return []
    levels = _levels(dataset, booster.margins)
    misses = []
    for position, window in enumerate(dataset.windows):
        closed = [
            levels[i]
            for i, other in enumerate(dataset.windows)
            if other.closes_at <= window.as_of and i in levels
        ]
        if closed and position in levels:
            foretold = (closed[-1] + float(np.mean(closed))) / 2
            misses.append(levels[position] - foretold)
    return misses


def shared_spread(
    misses: Sequence[float], tables: Sequence[CalibrationTable], *, follow: float
) -> float:
    """Return by how much (log-odds) everybody's margin may be off together.

    Parameters
    ----------
    misses : of the level, log-odds; windows overlap, so that all together count as one.
    tables : of back-tests, whose own misses of the level count one each.
    follow : how far the served booster is from its teacher.
    """
    shifts = [_shift(table) for table in tables]
    squares = N_ELSEWHERE * BASE_RATE_ERROR_ELSEWHERE**2 + float(np.sum(np.square(shifts)))
    weight = N_ELSEWHERE + len(shifts)
    if misses:
        squares, weight = squares + float(np.mean(np.square(misses))), weight + 1
    shapes = [_shape(table, shift) for table, shift in zip(tables, shifts, strict=True)]
    shape = float(np.mean(shapes)) if shapes else 0.0
    return float(min(np.sqrt(squares / weight + shape + follow**2), MAX_DEVIATION))


def fit_spread(
    teacher: Teacher,
    history: History,
    customers: NDArray[np.int64],
    features: Numbers,
    window: Window,
) -> Numbers:
    """Return by how much (log-odds) other customers would have taught it otherwise, shape (n,)."""
    if teacher.booster is None or teacher.calibration is None:
        return np.zeros(len(customers))
    folds = np.array([
        lgb.Booster(model_str=text).predict(features, raw_score=True, num_threads=1)
        for text in teacher.booster.fold_texts
    ])
    spread = teacher.calibration.slope * np.sqrt(len(folds) - 1.0) * folds.std(axis=0)
    if teacher.rhythm is None:
        return np.asarray(spread)
    by_features = teacher.calibration.slope * folds.mean(axis=0)
    apart = by_features - teacher.rhythm.margins_of(history, customers, window)
    return np.asarray(np.hypot(spread / 2, (apart - apart.mean()) / 2))


def _levels(dataset: Dataset, margins: Numbers) -> dict[int, float]:
    levels = {}
    for position in range(len(dataset.windows)):
        rows = dataset.window == position
        if rows.any() and 0 < dataset.base_rates[position] < 1:
            levels[position] = intercept_for_base_rate(margins[rows], dataset.base_rates[position])
    return levels


def _shift(table: CalibrationTable) -> float:
    """Return what would have had to be added to all margins for the level to be right."""
    said, seen, n = (np.array(column, dtype=np.float64) for column in zip(*table, strict=True))
    margins = logit(np.clip(said, MIN_PROBABILITY, 1 - MIN_PROBABILITY))
    wanted = min(max(float(n @ seen), 0.5), float(n.sum()) - 0.5)
    return float(brentq(lambda shift: float(n @ expit(margins + shift)) - wanted, -30, 30))


def _shape(table: CalibrationTable, shift: float) -> float:
    """Return the variance (log-odds²) of what groups miss beyond the level and chance."""
    said, seen, n = (np.array(column, dtype=np.float64) for column in zip(*table, strict=True))
    expected = expit(logit(np.clip(said, MIN_PROBABILITY, 1 - MIN_PROBABILITY)) + shift)
    steepness = expected * (1 - expected)
    misses, by_chance = (seen - expected) / steepness, 1 / (n * steepness)
    weights = 1 / by_chance
    return max(0.0, float(weights @ (misses**2 - by_chance) / weights.sum()))
