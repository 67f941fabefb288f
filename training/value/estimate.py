"""The stage that estimates what customers are worth, and how well that was predicted earlier."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.estimator import ExpectedValueColumns, value_estimator
from app.bundle.value.value_model import ValueModel
from training.run import TrainingRun
from training.testing.holdout import Holdout
from training.value.backtest import ValueBacktest, backtest_value
from training.value.fit import fit_value

Numbers = NDArray[np.float64]

STAGE: Final = "Estimating value"
N_STEPS: Final = 2  # the bundle's own forecast, and that of the back-test


@dataclass(frozen=True, slots=True)
class ValueEstimate:
    """What the population is worth.

    Attributes
    ----------
    model : predicts orders and revenue; None where the log holds too little of them.
    expected : what the population is expected to bring; None where no value is predicted.
    backtest : the same for the customers of the churn test; None where there was none.
    """

    model: ValueModel | None = None
    expected: ExpectedValueColumns | None = None
    backtest: ValueBacktest | None = None

    def values_of(self, n: int) -> Numbers:
        """Return what each of the `n` customers of the population would bring in 12 months if kept.

        Float64 array of shape (n,), NaN = not known.
        """
        return np.full(n, np.nan) if self.expected is None else self.expected.revenue_12m_if_kept


NO_ESTIMATE: Final = ValueEstimate()


def estimate_value(
    run: TrainingRun, population: Numbers, probabilities: Numbers, *, holdout: Holdout | None
) -> ValueEstimate:
    """Return what customers are worth.

    Parameters
    ----------
    population, probabilities : float64 arrays of shape (n, n_features) and (n,)
        The population or a sample of it, with its churn probabilities.
    holdout : the customers of the churn test, on whom earlier forecasts are tested too.
    """
    run.on_progress(STAGE, 0, N_STEPS)
    model = fit_value(run.known, until=run.until, seed=run.seed)
    run.on_progress(STAGE, 1, N_STEPS)
    value = value_estimator(model, run.churn)
    expected = None if value is None else value.estimate(population, probabilities)
    backtest = None
    if holdout is not None and value is not None:
        backtest = backtest_value(run, holdout)
    run.on_progress(STAGE, N_STEPS, N_STEPS)
    return ValueEstimate(model, expected, backtest)
