"""Groups of the tested customers that a reader asks about one by one."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.features.catalogue import FEATURE_INDEX
from training.testing.holdout import Holdout

MIN_CUSTOMERS: Final = 30  # the metrics of fewer say nothing
MAX_PLANS: Final = 6
TENURE_EDGES: Final = (90.0, 365.0)  # days


@dataclass(frozen=True, slots=True)
class Segment:
    """A group by name, with which of the tested customers belong to it: bool, shape (n,)."""

    by: str
    name: str
    members: NDArray[np.bool_]


def segments_of(holdout: Holdout, *, currency: str | None) -> list[Segment]:
    """Return the segments that have enough customers, in the order of the page."""
    features = holdout.features
    found = [
        *_tiers(holdout.tiers),
        *_tenures(_column(features, "tenure_days")),
        *_plans(_column(features, "plan_price"), currency or "money"),
        *_thirds("spend so far", _column(features, "spend_total"), currency or "money"),
        *_buyers(_column(features, "orders_total")),
    ]
    return [segment for segment in found if segment.members.sum() >= MIN_CUSTOMERS]


def _column(features: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    return np.asarray(features[:, FEATURE_INDEX[name]], dtype=np.float64)


def _tiers(tiers: NDArray[np.int64]) -> list[Segment]:
    names = ((2, "High"), (1, "Medium"), (0, "Low"))
    return [Segment("tier", name, tiers == code) for code, name in names]


def _tenures(days: NDArray[np.float64]) -> list[Segment]:
    low, high = TENURE_EDGES
    return [
        Segment("tenure", f"under {low:.0f} days", days < low),
        Segment("tenure", f"{low:.0f} to {high:.0f} days", (days >= low) & (days < high)),
        Segment("tenure", f"{high:.0f} days and more", days >= high),
    ]


def _plans(price: NDArray[np.float64], money: str) -> list[Segment]:
    prices = np.unique(price[~np.isnan(price)])
    if len(prices) == 0:
        return []
    if len(prices) > MAX_PLANS:
        known = _thirds("plan price", price, money)
    else:
        known = [Segment("plan price", f"{p:,.2f} {money}", price == p) for p in prices]
    return [*known, Segment("plan price", "none known", np.isnan(price))]


def _thirds(by: str, values: NDArray[np.float64], money: str) -> list[Segment]:
    known = values[values > 0]
    if len(known) == 0:
        return []
    low, high = np.quantile(known, [1 / 3, 2 / 3])
    return [
        Segment(by, "none", values == 0),
        Segment(by, f"up to {low:,.0f} {money}", (values > 0) & (values <= low)),
        Segment(by, f"{low:,.0f} to {high:,.0f} {money}", (values > low) & (values <= high)),
        Segment(by, f"above {high:,.0f} {money}", values > high),
    ]


def _buyers(orders: NDArray[np.float64]) -> list[Segment]:
    return [
        Segment("orders", "never ordered", orders == 0),
        Segment("orders", "ordered once", orders == 1),
        Segment("orders", "ordered repeatedly", orders > 1),
    ]
