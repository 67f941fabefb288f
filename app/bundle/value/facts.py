"""What a bundle says about value: a section of its manifest, and the shape of what it foresees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.bundle.json_object import JsonObject
from app.domain.errors import BundleRefused

Numbers = NDArray[np.float64]

N_ANSWERS: Final = 6  # of the forecast, per golden row
ORDERS_FILE: Final = "value_orders.txt"
REVENUE_FILE: Final = "value_revenue.txt"


class Expected(NamedTuple):
    """Float64 arrays of shape (n,); NaN = cannot be known.

    Attributes
    ----------
    orders, orders_12m : number of orders within the horizon, and within 365 days.
    revenue, revenue_12m : of orders, and of the subscription where churn is the end of a contract.
    next_order_days : days until an order is as likely to have come as not.
    kept_12m : revenue within 365 days of a customer who stays: what is lost with one who leaves.
    at_risk : churn probability times `revenue_12m`.
    """

    orders: Numbers
    revenue: Numbers
    orders_12m: Numbers
    revenue_12m: Numbers
    next_order_days: Numbers
    kept_12m: Numbers
    at_risk: Numbers


class Foresight(Protocol):
    """Whatever foresees value."""

    def expected(self, features: Numbers, probabilities: Numbers) -> Expected:
        """Return what to expect of customers with these features and churn probabilities."""


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """The section ``value`` of a manifest.

    Attributes
    ----------
    numbers : as `app.bundle.value.forecaster.numbers_of` returns them; validated on opening.
    golden : what the forecast answers for each golden row: `N_ANSWERS` numbers, NaN = not known.
    """

    numbers: Mapping[str, Any]
    golden: tuple[tuple[float, ...], ...]

    def as_json(self) -> dict[str, Any]:
        """Return the section as plain data."""
        rows = [[None if x != x else x for x in row] for row in self.golden]  # noqa: PLR0124 - NaN
        return {"forecast": dict(self.numbers), "golden": [{"says": row} for row in rows]}


def read_value_facts(fields: JsonObject) -> ValueFacts:
    """Return the section; `BundleRefused` unless each golden row has all its answers."""
    fields.allow_only("forecast", "golden")
    golden = tuple(
        row.allow_only("says").numbers_or_nan("says") for row in fields.each_nested("golden")
    )
    if not golden or any(len(row) != N_ANSWERS for row in golden):
        raise BundleRefused(f"{fields.where}: golden needs rows of {N_ANSWERS} numbers each")
    return ValueFacts(fields.nested("forecast").data, golden)
