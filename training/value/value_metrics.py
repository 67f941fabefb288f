"""How good forecasts of orders and revenue are.

The mean absolute error is left out on purpose: it rewards forecasting nothing at all.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Numbers = NDArray[np.float64]

N_GROUPS: Final = 10


@dataclass(frozen=True, slots=True)
class ValueMetrics:
    """How one forecast compares with what happened.

    Attributes
    ----------
    rmse : root mean squared error, in orders or money.
    spearman : rank correlation, -1 to 1.
    gini : normalised Gini coefficient: 1 = the true order, 0 = a random one.
    total_bias : total of the forecast over that of the outcomes, less 1.
    deciles : (mean forecast, mean outcome) of tenths of the customers, lowest forecasts first.
    """

    rmse: float
    spearman: float
    gini: float
    total_bias: float
    deciles: tuple[tuple[float, float], ...]

    def as_numbers(self) -> dict[str, Any]:
        """Return the metrics as JSON can hold them, rounded to six digits."""
        return {
            "rmse": round(self.rmse, 6),
            "spearman": round(self.spearman, 6),
            "gini": round(self.gini, 6),
            "total_bias": round(self.total_bias, 6),
            "deciles": [[round(mean, 6), round(actual, 6)] for mean, actual in self.deciles],
        }


def value_metrics_of(happened: Numbers, forecast: Numbers) -> ValueMetrics:
    """Return the metrics of `forecast` against what `happened`, both of shape (n,) and finite.

    Raises
    ------
    ValueError
        If lengths differ, a number is not finite, or nothing at all happened.
    """
    if happened.shape != forecast.shape or not np.isfinite(happened + forecast).all():
        raise ValueError("outcomes and forecasts must be finite and of one length")
    if not happened.sum() > 0:
        raise ValueError("nothing happened in the window: there is no total to compare with")
    return ValueMetrics(
        rmse=rmse_of(happened, forecast),
        spearman=spearman_of(happened, forecast),
        gini=_concentration(happened, forecast) / _concentration(happened, happened),
        total_bias=float(forecast.sum() / happened.sum() - 1),
        deciles=_deciles(happened, forecast),
    )


def metrics_where_known(happened: Numbers, forecast: Numbers) -> ValueMetrics | None:
    """Return the metrics of customers whose forecast is finite; None if nothing happened there."""
    known = np.isfinite(forecast) & np.isfinite(happened)
    if not happened[known].sum() > 0:
        return None
    return value_metrics_of(happened[known], forecast[known])


def rmse_of(happened: Numbers, forecast: Numbers) -> float:
    """Return the root of the mean squared error."""
    return float(np.sqrt(np.mean((happened - forecast) ** 2)))


def spearman_of(happened: Numbers, forecast: Numbers) -> float:
    """Return the correlation of ranks, ties sharing their mean rank; NaN where all are equal."""
    ours, theirs = rankdata(forecast), rankdata(happened)
    if ours.std() == 0 or theirs.std() == 0:
        return float("nan")
    return float(np.corrcoef(ours, theirs)[0, 1])


def _concentration(happened: Numbers, order_by: Numbers) -> float:
    """Return the Gini coefficient of `happened` with customers in ascending order of `order_by`.

    Customers with equal forecasts share what they did, so that the order of rows plays no part.
    """
    _, group = np.unique(order_by, return_inverse=True)
    means = np.bincount(group, weights=happened) / np.bincount(group)
    shares = np.cumsum(means[np.sort(group)]) / happened.sum()
    return float(1 - 2 * np.mean(shares) + 1 / len(happened))


def _deciles(happened: Numbers, forecast: Numbers) -> tuple[tuple[float, float], ...]:
    order = np.argsort(forecast, kind="stable")
    parts = [part for part in np.array_split(order, N_GROUPS) if len(part)]
    return tuple((float(forecast[p].mean()), float(happened[p].mean())) for p in parts)
