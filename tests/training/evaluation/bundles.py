"""Bundles with an opinion that a test can read, and a log whose outcomes it knows."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from app.bundle.folder.manifest import Manifest
from app.bundle.risk_bundle import RiskBundle
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.moments import MICROSECONDS_PER_DAY, to_micros
from app.features.catalogue import FEATURE_INDEX
from app.features.history import group_and_sort
from tests.bundles import facts
from tests.training.shops import ORDER

DAY = MICROSECONDS_PER_DAY
TRAINED = datetime(2026, 3, 1, tzinfo=UTC)
AS_OF = datetime(2026, 4, 1, tzinfo=UTC)
CHURN = ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 30)
N = 120
N_ORDERS = FEATURE_INDEX["orders_total"]


@dataclass(frozen=True)
class Opinion:
    """Says the margin `often` of who ordered repeatedly, `once` of the others, with noise."""

    often: float
    once: float
    noise: float = 0.0

    def raw_margins(self, features):
        margins = np.where(features[:, N_ORDERS] > 1, self.often, self.once)
        silence = features[:, FEATURE_INDEX["days_since_order"]]
        return margins + self.noise * np.sin(1000 * silence)


def bundle(opinion, *, name="a" * 16, **changes):
    """Return an opened bundle of that opinion; its id is `name`."""
    values = {"churn": CHURN, "trained_until": TRAINED} | changes
    known = facts(np.zeros((5, len(FEATURE_INDEX))), seed=0, **values)
    return RiskBundle(
        id=name,
        manifest=Manifest(facts=known, golden_rows=(), files={}),
        churn=known.churn,
        tier_policy=known.tier_policy,
        currency=known.currency,
        usual=np.array(known.usual),
        percentile_knots=np.array(known.percentile_knots),
        scorer=opinion,
    )


def log():
    """Return 120 customers: even ones ordered twice and order again, odd ones once and never again.

    Of the even ones every tenth does not come back, and one event lies 40 days after `AS_OF`.
    """
    rng = np.random.default_rng(3)
    asked, codes, moments = to_micros(AS_OF), [], []
    for customer in range(N):
        days = [-rng.uniform(5, 50)]
        if customer % 2 == 0:
            days.append(-rng.uniform(5, 50))
            if customer % 20 != 0:
                days.append(rng.uniform(1, 29))
        codes += [customer] * len(days)
        moments += [asked + int(day * DAY) for day in days]
    codes.append(0)
    moments.append(asked + 40 * DAY)
    return group_and_sort(
        customer_ids=[f"c{i:03d}" for i in range(N)],
        customer_codes=np.array(codes),
        occurred_at=np.array(moments, dtype=np.int64),
        kind=np.full(len(codes), ORDER, np.int16),
        amount=np.full(len(codes), 10.0),
    )


def silent(_stage, _done, _total):
    """Take progress and do nothing with it."""


CHURNED = np.array([customer % 2 == 1 or customer % 20 == 0 for customer in range(N)], dtype=float)
