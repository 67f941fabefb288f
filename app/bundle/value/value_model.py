"""The value model: all numbers that training learned about orders and spending."""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.closed_form import NO_SPENDING
from app.bundle.value.correction import NO_CORRECTION, Correction, validate_correction
from app.bundle.value.forecast import (
    BoosterRates,
    Forecast,
    ForecastDays,
    ForecastParameters,
    compute_forecast,
)
from app.bundle.value.gamma_gamma import GammaGamma
from app.bundle.value.pareto_nbd import ParetoNbd
from app.bundle.value.rate_booster import RateBooster

# Fitted parameters lie far below. With larger ones, integration would take very many steps.
MAX_PARAMETER: Final = 1e12


@dataclass(frozen=True, slots=True)
class ValueModel:
    """Forecasts orders and revenue of customers.

    Attributes
    ----------
    timing : parameters of days with an order.
    spending : parameters of their amounts; None = too few amounts were known.
    reference_days : the horizon for which the corrections were learned. A customer's factor is the
        same at any horizon.
    orders, revenue : corrections of the closed form.
    orders_rate, revenue_rate : None if no past window had closed that boosters could learn from;
        then the closed form forecasts alone.
    """

    timing: ParetoNbd
    spending: GammaGamma | None
    reference_days: float
    orders: Correction = NO_CORRECTION
    revenue: Correction = NO_CORRECTION
    orders_rate: RateBooster | None = None
    revenue_rate: RateBooster | None = None
    parameters: ForecastParameters = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _validate_timing(self.timing, self.reference_days)
        if self.spending is not None:
            _validate_spending(self.spending)
        validate_correction(self.orders)
        validate_correction(self.revenue)
        parameters = ForecastParameters(
            self.timing,
            self.spending or NO_SPENDING,
            self.orders,
            self.revenue,
            _booster_rates(self.orders_rate, self.revenue_rate),
        )
        object.__setattr__(self, "parameters", parameters)

    def predict(
        self,
        features: NDArray[np.float64],
        *,
        horizon_days: float,
        no_order: NDArray[np.float64] | None = None,
    ) -> Forecast:
        """Return the forecast of each customer; one alone gets the bits that it gets among many.

        Parameters
        ----------
        features : float64 array of shape (n, n_features)
            In the order of the catalogue; never changed.
        horizon_days : float
            The days from the snapshot to forecast, above 0.
        no_order : float64 array of shape (n,), optional
            Probabilities of no order within the horizon from a better source than the rhythm of
            orders. The date of the next order then agrees with them.
        """
        if not 0 < horizon_days < math.inf:
            raise ValueError(f"the horizon must be finite and above 0 days, got {horizon_days}")
        rows = np.ascontiguousarray(features, dtype=np.float64)
        margins = np.zeros((2, len(rows)))
        for i, rate in enumerate((self.orders_rate, self.revenue_rate)):
            if rate is not None:
                rate.margins(rows, out=margins[i])
        unknown = np.full(len(rows), math.nan)
        return compute_forecast(
            self.parameters,
            margins,
            rows,
            unknown if no_order is None else no_order,
            ForecastDays(self.reference_days, float(horizon_days)),
        )


def _validate_timing(timing: ParetoNbd, reference_days: float) -> None:
    numbers = (*timing, reference_days)
    if not all(1 / MAX_PARAMETER <= x <= MAX_PARAMETER for x in numbers):
        raise ValueError(
            f"timing and reference days must be finite and above 0 ({1 / MAX_PARAMETER:g} to "
            f"{MAX_PARAMETER:g}), got {timing}, {reference_days}"
        )


def _validate_spending(spending: GammaGamma) -> None:
    if not (all(0 < x < math.inf for x in spending) and spending.q > 1):
        raise ValueError(f"spending needs finite numbers above 0 and q above 1, got {spending}")


def _booster_rates(orders: RateBooster | None, revenue: RateBooster | None) -> BoosterRates:
    return BoosterRates(
        orders.per_day if orders else math.nan,
        revenue.per_day if revenue else math.nan,
        orders.share if orders else 0.0,
        revenue.share if revenue else 0.0,
    )
