"""What a customer is worth: orders and revenue to expect, and when the next order comes.

The mean of two, or the second alone where training found it much better: a closed form (Pareto/NBD
for the days with orders, gamma-gamma for the amount of such a day) times a factor that windows
before the cut-off taught, and small boosters over all features. The first knows rhythms and lets
them fade with time, the second knows what else customers do and takes its rate to last. Revenue is
that of orders, before returns; subscriptions are told by `app.bundle.value.recurring`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.json_object import JsonObject
from app.bundle.trees.booster_scorer import BoosterScorer
from app.bundle.trees.margins import Forest, adder_of, raw_margins
from app.bundle.trees.parsing import parse_trees
from app.bundle.trees.treeshap import Explainer
from app.bundle.value.kernels import (
    N_DESCRIBING,
    Columns,
    Correction,
    Days,
    Learned,
    Rates,
    Spending,
    bases_of,
    forecasts_of,
)
from app.bundle.value.pareto_nbd import Timing
from app.compiled.kernel import NoMachineCode
from app.domain.errors import BundleRefused
from app.features.catalogue import FEATURE_INDEX

COLUMNS: Final = Columns(
    orders=FEATURE_INDEX["orders_total"],
    order_days=FEATURE_INDEX["order_days_total"],
    since_first=FEATURE_INDEX["days_since_first_order"],
    since_last=FEATURE_INDEX["days_since_order"],
    order_amount=FEATURE_INDEX["order_amount_mean"],
)
# Fits end well within; integrals over rates beyond it would take steps that change no sum.
MOST: Final = 1e12
NO_SPENDING: Final = Spending(math.nan, math.nan, math.nan)
NO_CORRECTION: Final = Correction((0.0,) * N_DESCRIBING, 0.0, 0.0)


class Forecast(NamedTuple):
    """What to expect of customers, float64 arrays of shape (n,); NaN = cannot be known.

    Attributes
    ----------
    orders : expected number of orders within the horizon; NaN where the customer never ordered.
    revenue : expected amount of those orders, in the bundle's currency; NaN also where none of the
        customer's orders has an amount, or too few orders of the log had one.
    orders_12m, revenue_12m : the same within 365 days.
    kept_12m : revenue within 365 days of a customer who has not left for good: at the own rhythm
        and amount, whatever silence says about being one still. Never below `revenue_12m`.
    next_order_days : days from the snapshot until an order is as likely to have come as not
        (the median); NaN where that is more than a year away, or never.
    """

    orders: NDArray[np.float64]
    revenue: NDArray[np.float64]
    orders_12m: NDArray[np.float64]
    revenue_12m: NDArray[np.float64]
    next_order_days: NDArray[np.float64]
    kept_12m: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rate:
    """A booster of the logarithm of what customers order a day, over `per_day` (the mean).

    `text` is LightGBM's; our own reader and kernels evaluate it (`BundleRefused` if it is damaged).
    `share` (0 to 1) of a forecast is the booster's, the rest the closed form's.
    """

    text: str
    per_day: float
    share: float = 0.5
    adder: Forest | Explainer | BoosterScorer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 < self.per_day < math.inf:
            raise ValueError(f"a rate must be finite and above 0 a day, got {self.per_day}")
        if not 0 <= self.share <= 1:
            raise ValueError(f"a booster's share must lie in 0 to 1, got {self.share}")
        object.__setattr__(self, "adder", _adder_of(self.text))

    def margins(
        self, features: NDArray[np.float64], *, out: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Return what the booster says of each row, in `out` where it is given."""
        if not isinstance(self.adder, BoosterScorer):
            return raw_margins(self.adder, features, out=out)
        found = self.adder.raw_margins(features)
        if out is None:
            return found
        out[:] = found
        return out


def _adder_of(text: str) -> Forest | Explainer | BoosterScorer:
    """Return what adds the leaves of a booster up: LightGBM where our kernels cannot."""
    trees = parse_trees(text, n_features=len(FEATURE_INDEX), source="value booster")
    try:
        adder = adder_of(trees)
        raw_margins(adder, np.zeros((1, trees.n_features)))
    except NoMachineCode:
        return BoosterScorer(text)
    return adder


@dataclass(frozen=True, slots=True)
class ValueModel:
    """The numbers that forecasts are made of; `spending` None = too few amounts were known.

    `reference_days` is the horizon that the corrections were learned for. They multiply: a
    customer's factor is the same at any horizon. The rates are None where no window had closed
    that boosters could learn from, then the closed form answers alone.
    """

    timing: Timing
    spending: Spending | None
    reference_days: float
    orders: Correction = NO_CORRECTION
    revenue: Correction = NO_CORRECTION
    orders_rate: Rate | None = None
    revenue_rate: Rate | None = None
    learned: Learned = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        numbers = (*self.timing, self.reference_days)
        if not all(1 / MOST <= x <= MOST for x in numbers):
            raise ValueError(
                f"timing and reference days must be finite and above 0 ({1 / MOST:g} to {MOST:g}), "
                f"got {self.timing}, {self.reference_days}"
            )
        if self.spending is not None and not (
            all(0 < x < math.inf for x in self.spending) and self.spending.q > 1
        ):
            raise ValueError(
                f"spending needs finite numbers above 0 and q above 1, got {self.spending}"
            )
        for correction in (self.orders, self.revenue):
            _check(correction)
        rates = _rates(self.orders_rate, self.revenue_rate)
        spending = self.spending or NO_SPENDING
        learned = Learned(self.timing, spending, self.orders, self.revenue, rates)
        object.__setattr__(self, "learned", learned)

    def predict(
        self,
        features: NDArray[np.float64],
        *,
        horizon_days: float,
        silences: NDArray[np.float64] | None = None,
    ) -> Forecast:
        """Return the forecast of each row; one row alone gets the bits that it gets among many.

        Parameters
        ----------
        features : float64 array of shape (n, n_features)
            In the order of the catalogue; never changed.
        horizon_days : float
            Orders and revenue within this many days from the snapshot, above 0.
        silences : float64 array of shape (n,), optional
            The probability of no order within the horizon, where it is known better than by
            rhythm; the date of the next order then agrees with it.
        """
        if not 0 < horizon_days < math.inf:
            raise ValueError(f"the horizon must be finite and above 0 days, got {horizon_days}")
        rows = np.ascontiguousarray(features, dtype=np.float64)
        margins = np.zeros((2, len(rows)))
        for i, rate in enumerate((self.orders_rate, self.revenue_rate)):
            if rate is not None:
                rate.margins(rows, out=margins[i])
        answers = forecasts_of(
            self.learned,
            margins,
            rows,
            np.full(len(rows), math.nan) if silences is None else silences,
            COLUMNS,
            Days(self.reference_days, float(horizon_days)),
        )
        return Forecast(*answers)


def warm_up() -> None:
    """Have the kernels ready; any numbers will do."""
    timing, spending = Timing(1.0, 100.0, 1.0, 100.0), Spending(2.0, 2.0, 1.0)
    row = np.ones((1, len(FEATURE_INDEX)))
    ValueModel(timing, spending, reference_days=1.0).predict(row, horizon_days=1.0)


def bases(
    features: NDArray[np.float64],
    *,
    timing: Timing,
    spending: Spending | None,
    reference_days: float,
) -> NDArray[np.float64]:
    """Return what training corrects, as `bases_of` describes it."""
    contiguous = np.ascontiguousarray(features, dtype=np.float64)
    return bases_of(timing, spending or NO_SPENDING, contiguous, COLUMNS, float(reference_days))


def numbers_of(model: ValueModel) -> Mapping[str, Any]:
    """Return the model as JSON can hold it, without the texts of its boosters.

    `read_value` reads it back, equal to the last bit.
    """
    return {
        "timing": {name: float(x) for name, x in model.timing._asdict().items()},
        "spending": model.spending
        and {name: float(x) for name, x in model.spending._asdict().items()},
        "reference_days": float(model.reference_days),
        "orders": _correction_numbers(model.orders),
        "revenue": _correction_numbers(model.revenue),
        "orders_rate": _rate_numbers(model.orders_rate),
        "revenue_rate": _rate_numbers(model.revenue_rate),
    }


def read_value(
    fields: JsonObject, *, orders_text: str | None, revenue_text: str | None
) -> ValueModel:
    """Return the model that `numbers_of` wrote, with the boosters' texts from beside it.

    Raises
    ------
    BundleRefused
        If a number is missing, not finite or out of range, a field is not known, or a text is
        damaged, missing or too many.
    """
    fields.allow_only(
        "timing", "spending", "reference_days", "orders", "revenue", "orders_rate", "revenue_rate"
    )
    timing = fields.nested("timing").allow_only(*Timing._fields)
    spending = None
    if fields.data.get("spending", ...) is not None:
        given = fields.nested("spending").allow_only(*Spending._fields)
        spending = Spending(*(given.number(name) for name in Spending._fields))
    try:
        return ValueModel(
            timing=Timing(*(timing.number(name) for name in Timing._fields)),
            spending=spending,
            reference_days=fields.number("reference_days"),
            orders=_read_correction(fields.nested("orders")),
            revenue=_read_correction(fields.nested("revenue")),
            orders_rate=_read_rate(fields, "orders_rate", orders_text),
            revenue_rate=_read_rate(fields, "revenue_rate", revenue_text),
        )
    except ValueError as error:
        raise BundleRefused(f"{fields.where}: {error}") from error


def _rates(orders: Rate | None, revenue: Rate | None) -> Rates:
    return Rates(
        orders.per_day if orders else math.nan,
        revenue.per_day if revenue else math.nan,
        orders.share if orders else 0.0,
        revenue.share if revenue else 0.0,
    )


def _rate_numbers(rate: Rate | None) -> dict[str, float] | None:
    return None if rate is None else {"per_day": float(rate.per_day), "share": float(rate.share)}


def _correction_numbers(correction: Correction) -> dict[str, Any]:
    return {
        "weights": [float(weight) for weight in correction.weights],
        "centre": float(correction.centre),
        "level": float(correction.level),
    }


def _read_correction(fields: JsonObject) -> Correction:
    fields.allow_only(*Correction._fields)
    return Correction(fields.numbers("weights"), fields.number("centre"), fields.number("level"))


def _read_rate(fields: JsonObject, key: str, text: str | None) -> Rate | None:
    is_null = fields.data.get(key, ...) is None
    if is_null != (text is None):
        raise BundleRefused(f"{fields.where}: {key} and its booster must both be there, or neither")
    if text is None:
        return None
    given = fields.nested(key).allow_only("per_day", "share")
    return Rate(text, given.number("per_day"), given.number("share"))


def _check(correction: Correction) -> None:
    numbers = (*correction.weights, correction.centre, correction.level)
    if len(correction.weights) != N_DESCRIBING or not all(math.isfinite(x) for x in numbers):
        raise ValueError(
            f"a correction needs {N_DESCRIBING} finite weights, a centre and a level, "
            f"got {correction}"
        )
