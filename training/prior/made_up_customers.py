"""Made-up customers who live by BG/NBD, for a booster to learn from where there are too few."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.features.catalogue import CATALOGUE
from app.features.engine import features_of
from app.features.history import History, group_and_sort
from app.features.outcomes import code_of_event
from training.learning.btyd import Rhythms
from training.learning.rhythm_features import UNIT, rhythms_at
from training.run import TrainingRun

Numbers = NDArray[np.float64]

N_MADE_UP: Final = 4_000
MAX_EVENTS: Final = 300  # of one made-up customer
MAX_WEEKS: Final = 104.0  # that a made-up customer has been known for; more for long horizons
# What of a customer the booster may look at, by event: the event itself, and nothing else that
# made-up customers do not have.
VISIBLE_FEATURES: Final[Mapping[str, tuple[str, ...]]] = {
    "order_placed": ("orders",),
    "login": ("logins", "tenure_days"),
    "feature_used": ("usage", "tenure_days"),
}


def make_up_customers(run: TrainingRun, parameters: Numbers) -> tuple[Numbers, Rhythms]:
    """Return features and rhythms of made-up customers as of the cut-off.

    Half of them are drawn as they would occur, half with more events: the booster needs examples of
    both, and both follow the same rule.

    Parameters
    ----------
    parameters : r, alpha, a and b of BG/NBD, in weeks.
    """
    event, cut_off = run.churn.event, run.cut_off
    history = _history(run, *parameters)
    return features_of(history, as_of=cut_off), rhythms_at(history, event, as_of=cut_off)


def only_visible(features: Numbers, event: str) -> Numbers:
    """Return the features with everything constant that the booster must not look at."""
    wanted = VISIBLE_FEATURES[event]
    visible = np.array([f.family in wanted or f.name in wanted for f in CATALOGUE])
    return np.where(visible, features, 0.0)


def _history(run: TrainingRun, r: float, alpha: float, a: float, b: float) -> History:
    rng = np.random.default_rng(run.seed)
    longest = max(MAX_WEEKS, 2 * run.churn.horizon_days / 7)
    rates = rng.gamma(np.repeat([r, r + 2], N_MADE_UP // 2), 1 / alpha)
    dropout = np.clip(rng.beta(a, b, size=N_MADE_UP), 1e-6, 1.0)
    ages = rng.uniform(1 / 7, longest, size=N_MADE_UP)
    owners, moments = [], []
    for customer in range(N_MADE_UP):
        n_events = min(int(rng.geometric(dropout[customer])), MAX_EVENTS)
        gaps = rng.exponential(1 / max(rates[customer], 1e-9), size=n_events)
        weeks = np.append(0.0, np.cumsum(gaps))
        weeks = weeks[weeks < ages[customer]]
        owners.append(np.full(len(weeks), customer))
        moments.append(run.cut_off - ((ages[customer] - weeks) * UNIT).astype(np.int64) - 1)
    occurred_at = np.concatenate(moments)
    return group_and_sort(
        customer_ids=[str(i) for i in range(N_MADE_UP)],
        customer_codes=np.concatenate(owners),
        occurred_at=occurred_at,
        kind=np.full(len(occurred_at), code_of_event(run.churn.event), np.int16),
    )
