"""How far a probability may be off: because of the base rate, the fit, or a short history.

Three things are not known, and their variances (of the margin) add up.

*Base rate*: what share will churn in the window that is predicted. It is estimated from how far
base rates moved between closed windows and later ones, and from back-tests, which also show how far
tenths of the customers miss beside the base rate. While a log has shown little of this, what was
observed on other logs stands in.

*Fit*: what other customers would have taught. Each fold's booster has not seen a part of them, so
the spread of the fold boosters gives the delete-a-group jackknife. Where two teachers are averaged,
half of what they differ by is added.

*Rhythm*: a customer's own rate of events, which is hardly known after few of them. By BG/NBD it is
a gamma variable of shape r + repeats, and its quantiles give a probability below and above. Whether
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
from app.features.population import in_population
from app.statistics.calibration import ReliabilityBin
from training.certainty.interval_table import tabulate
from training.certainty.rate_uncertainty import rate_spread
from training.dataset.dataset import Dataset, features_of_customers
from training.learning.learn import LearningResult
from training.learning.platt_scaling import intercept_for_base_rate
from training.learning.teacher import Teacher
from training.run import TrainingRun

Numbers = NDArray[np.float64]
CalibrationTable = Sequence[ReliabilityBin]

# How far base rates were missed at earlier cut-offs of a shop (0.03 to 0.44 log-odds) and of a CD
# store (0.01 to 0.04): about the root mean square of both. It counts as one window.
BASE_RATE_ERROR_ELSEWHERE: Final = 0.25
N_ELSEWHERE: Final = 1.0
MAX_MEASURED: Final = 20_000  # customers that the table is made from; cells are means of hundreds
MIN_PROBABILITY: Final = 1e-4
# Amounts of history at which the rows of the table change, by what counts as history.
STEPS_OF_ORDERS: Final = (2.0, 3.0, 5.0, 10.0)
STEPS_OF_DAYS: Final = (30.0, 90.0, 180.0, 365.0)


def uncertainty_of(
    run: TrainingRun, learning: LearningResult, *, tables: Sequence[CalibrationTable]
) -> Uncertainty:
    """Return how certain the served probabilities are as of the cut-off.

    Parameters
    ----------
    tables : calibration tables of back-tests: what was predicted then, and what came.
    """
    positions = np.flatnonzero(in_population(run.known, run.churn, as_of=run.cut_off))
    positions = positions[:: max(1, -(-len(positions) // MAX_MEASURED))].astype(np.int64)
    features = features_of_customers(run.known, positions, as_of=run.cut_off)
    predicted = learning.student.probabilities_of(features)
    fit = fit_spread(run, learning.teacher, positions, features)
    below, above = rate_spread(run, positions)
    errors = base_rate_errors(learning)
    return tabulate(
        logit(np.clip(predicted, MIN_PROBABILITY, 1 - MIN_PROBABILITY)),
        below=np.hypot(fit, below),
        above=np.hypot(fit, above),
        common=shared_spread(errors, tables, student_rmse=learning.student.rmse),
        history=history_feature(run.churn),
        features=features,
    )


def history_feature(churn: ChurnDefinition) -> tuple[str, tuple[float, ...]]:
    """Return the feature that says how much is known of a customer, and its steps."""
    if churn.kind is ChurnKind.ABSENCE and churn.event == "order_placed":
        return "order_days_total", STEPS_OF_ORDERS
    return "tenure_days", STEPS_OF_DAYS


def base_rate_errors(learning: LearningResult) -> list[float]:
    """Return how far (log-odds) earlier windows predict the base rate of each later one.

    The level of a window is what must be added to out-of-fold margins for its base rate. It is
    predicted half by the newest window that had closed by then, half by the mean of all closed
    ones: a simple stand-in for the rule of `training.learning.base_rate`, which would have to be
    learned again.
    """
    booster, windows = learning.teacher.booster, learning.dataset.windows
    if booster is None:
        return []
    levels = _levels(learning.dataset, booster.margins)
    errors = []
    for position, level in levels.items():
        opens_at = windows[position].as_of
        closed = [levels[i] for i in levels if windows[i].closes_at <= opens_at]
        if closed:
            errors.append(level - (closed[-1] + float(np.mean(closed))) / 2)
    return errors


def shared_spread(
    errors: Sequence[float], tables: Sequence[CalibrationTable], *, student_rmse: float
) -> float:
    """Return by how much (log-odds) the margins of all customers may be off together.

    Parameters
    ----------
    errors : of the base rate, log-odds; their windows overlap, so that together they count as one.
    tables : of back-tests; each one's own error of the base rate counts as one.
    student_rmse : how far the served booster is from its teacher.
    """
    shifts = [_shift_to_observed(table) for table in tables]
    squares = N_ELSEWHERE * BASE_RATE_ERROR_ELSEWHERE**2 + float(np.sum(np.square(shifts)))
    weight = N_ELSEWHERE + len(shifts)
    if errors:
        squares, weight = squares + float(np.mean(np.square(errors))), weight + 1
    shapes = [_shape_variance(table, by) for table, by in zip(tables, shifts, strict=True)]
    shape = float(np.mean(shapes)) if shapes else 0.0
    return float(min(np.sqrt(squares / weight + shape + student_rmse**2), MAX_DEVIATION))


def fit_spread(
    run: TrainingRun, teacher: Teacher, customers: NDArray[np.int64], features: Numbers
) -> Numbers:
    """Return by how much (log-odds) other customers would have changed the fit, shape (n,)."""
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
    apart = by_features - teacher.rhythm.margins_of(run.known, customers, run.window)
    return np.asarray(np.hypot(spread / 2, (apart - apart.mean()) / 2))


def calibration_columns(table: CalibrationTable) -> tuple[Numbers, Numbers, Numbers]:
    """Return mean probabilities, observed rates and numbers of customers, each of shape (n,)."""
    predicted, observed, n = (
        np.array(column, dtype=np.float64) for column in zip(*table, strict=True)
    )
    return predicted, observed, n


def _levels(dataset: Dataset, margins: Numbers) -> dict[int, float]:
    """Return the level of each window by its position, oldest first."""
    levels = {}
    for position, base_rate in enumerate(dataset.base_rates):
        rows = dataset.window == position
        if rows.any() and 0 < base_rate < 1:
            levels[position] = intercept_for_base_rate(margins[rows], base_rate)
    return levels


def _shift_to_observed(table: CalibrationTable) -> float:
    """Return what all margins lacked for the mean probability to be the observed rate."""
    predicted, observed, n = calibration_columns(table)
    margins = logit(np.clip(predicted, MIN_PROBABILITY, 1 - MIN_PROBABILITY))
    wanted = min(max(float(n @ observed), 0.5), float(n.sum()) - 0.5)
    return float(brentq(lambda shift: float(n @ expit(margins + shift)) - wanted, -30, 30))


def _shape_variance(table: CalibrationTable, shift: float) -> float:
    """Return the variance (log-odds²) of what groups miss beyond the base rate and chance."""
    predicted, observed, n = calibration_columns(table)
    margins = logit(np.clip(predicted, MIN_PROBABILITY, 1 - MIN_PROBABILITY))
    expected = expit(margins + shift)
    steepness = expected * (1 - expected)
    errors, by_chance = (observed - expected) / steepness, 1 / (n * steepness)
    weights = 1 / by_chance
    return max(0.0, float(weights @ (errors**2 - by_chance) / weights.sum()))
