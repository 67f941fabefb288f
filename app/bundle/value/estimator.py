"""Estimate what customers will bring, from orders and subscriptions, and how much is at risk."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.forecast import Forecast
from app.bundle.value.recurring import recurring_revenue
from app.bundle.value.value_model import ValueModel
from app.domain.activity import ActivityType
from app.domain.churn import ChurnDefinition, ChurnKind

Floats = NDArray[np.float64]


class ExpectedValueColumns(NamedTuple):
    """What to expect of customers, float64 arrays of shape (n,); NaN = cannot be known.

    Attributes
    ----------
    orders, orders_12m : number of orders within the horizon, and within 365 days.
    revenue, revenue_12m : from orders; plus from the subscription where churn is the end of one.
    next_order_days : days until an order is as likely to have come as not.
    revenue_12m_if_kept : revenue within 365 days if the customer stays, which churn would cost.
    at_risk : churn probability times `revenue_12m`.
    """

    orders: Floats
    revenue: Floats
    orders_12m: Floats
    revenue_12m: Floats
    next_order_days: Floats
    revenue_12m_if_kept: Floats
    at_risk: Floats


@dataclass(frozen=True, slots=True)
class ValueEstimator:
    """Estimates what customers will bring.

    Where churn is the end of a contract, revenue is that of the subscription plus that of orders,
    and NaN if that of the subscription is not known. Elsewhere subscriptions do not count, because
    nothing says how long they will last. Where churn is that no order comes, the date of the next
    order agrees with the churn probability.

    Attributes
    ----------
    model : forecasts orders; None if the log had too few of them.
    churn : what the churn probabilities are about.
    """

    model: ValueModel | None
    churn: ChurnDefinition

    def estimate(self, features: Floats, probabilities: Floats) -> ExpectedValueColumns:
        """Return what to expect of customers.

        Parameters
        ----------
        features : float64 array of shape (n, n_features)
        probabilities : float64 array of shape (n,), of churn
        """
        forecast = self._forecast(features, probabilities)
        if self.churn.kind is ChurnKind.CANCELLATION:
            days = self.churn.horizon_days
            subscription = recurring_revenue(features, probabilities, horizon_days=days)
            forecast = forecast._replace(
                revenue=subscription.revenue + np.nan_to_num(forecast.revenue),
                revenue_12m=subscription.revenue_12m + np.nan_to_num(forecast.revenue_12m),
                revenue_12m_if_kept=subscription.revenue_12m_if_kept
                + np.nan_to_num(forecast.revenue_12m_if_kept),
            )
        return ExpectedValueColumns(*forecast, at_risk=probabilities * forecast.revenue_12m)

    def _forecast(self, features: Floats, probabilities: Floats) -> Forecast:
        if self.model is None:
            return Forecast(*np.full((len(Forecast._fields), len(features)), np.nan))
        churn = self.churn
        is_no_order = churn.kind is ChurnKind.ABSENCE and churn.event == ActivityType.ORDER_PLACED
        return self.model.predict(
            features,
            horizon_days=churn.horizon_days,
            no_order=probabilities if is_no_order else None,
        )


def value_estimator(model: ValueModel | None, churn: ChurnDefinition) -> ValueEstimator | None:
    """Return what estimates value; None if there is nothing to estimate it from."""
    if model is None and churn.kind is not ChurnKind.CANCELLATION:
        return None
    return ValueEstimator(model, churn)
