"""How many customers change tier where the bundle is another, but the customers are the same."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.churn import ChurnDefinition
from app.domain.errors import TrainingRefused
from app.domain.moments import MICROSECONDS_PER_DAY
from app.domain.tiers import AnyTierPolicy, TierPolicy
from app.features.history import History
from training.dataset.history_slices import known_before
from training.learning.cross_fitting import Hyperparameters
from training.learning.learn import LearningResult, OnProgress, learn
from training.testing.holdout import tiers_at
from training.tiers.cut_points import policy_by_shares

N_TIERS: Final = 3
DAYS_LESS: Final = 7


@dataclass(frozen=True, slots=True)
class TierMovement:
    """Customers by the tier that one bundle gives them and the tier that another does.

    Attributes
    ----------
    counts : int64 array of shape (3, 3)
        Rows: the first bundle's tier, columns: the second's; Low, Medium, High.
    mean_shift : mean absolute difference of the two probabilities.
    with_memory : share that moves where a tier is left a little later than it is entered; None
        where the policy does not do so.
    """

    counts: NDArray[np.int64]
    mean_shift: float
    with_memory: float | None = None

    @property
    def n(self) -> int:
        """How many customers."""
        return int(self.counts.sum())

    @property
    def share(self) -> float:
        """The share of customers whose tier changes."""
        return 1 - float(np.trace(self.counts)) / self.n

    @property
    def share_across(self) -> float:
        """The share that goes from Low to High or back."""
        return float(self.counts[0, 2] + self.counts[2, 0]) / self.n


def tier_movement_between(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    *,
    shift: NDArray[np.float64],
    remembered: NDArray[np.int64] | None = None,
) -> TierMovement:
    """Return how customers move from tiers `first` to tiers `second` (0 = Low to 2 = High).

    Parameters
    ----------
    first, second : int64 arrays of shape (n,), of the same customers.
    shift : float64 array of shape (n,), the difference of the two probabilities.
    remembered : int64 array of shape (n,), the second tiers of who is known to have had the first.
    """
    counts = np.bincount(first * N_TIERS + second, minlength=N_TIERS * N_TIERS)
    with_memory = None if remembered is None else float((remembered != first).mean())
    return TierMovement(
        counts.reshape(N_TIERS, N_TIERS).astype(np.int64),
        float(np.abs(shift).mean()),
        with_memory,
    )


def tier_movement_of_a_week(
    known: History,
    churn: ChurnDefinition,
    learned: LearningResult,
    *,
    cut_off: int,
    policy: AnyTierPolicy,
    values: NDArray[np.float64],
    hyperparameters: Hyperparameters,
    seed: int,
    on_progress: OnProgress,
) -> TierMovement | None:
    """Return how many of today's customers change tier by the newest week of learning alone.

    Everything is learned again from what was known a week before `cut_off`, shares with their own
    cut points; both bundles then look at the same features as of `cut_off`. None where the shorter
    history is too short.

    Parameters
    ----------
    policy : the tiers of the bundle.
    values : float64 array of shape (n,)
        What each of the population is worth, for tiers by value; NaN = not known.
    """
    before = cut_off - DAYS_LESS * MICROSECONDS_PER_DAY
    try:
        earlier = learn(
            known_before(known, moment=before),
            churn,
            cut_off=before,
            hyperparameters=hyperparameters,
            seed=seed,
            stage="a week less",
            on_progress=on_progress,
        )
    except TrainingRefused:
        return None
    then, now = (one.student.probabilities_of(learned.population) for one in (earlier, learned))
    before_policy = policy
    if isinstance(policy, TierPolicy):
        before_policy = policy_by_shares(earlier.student.probabilities_of(earlier.population))
    was = tiers_at(then, before_policy, values=values)
    remembered = tiers_at(now, policy, values=values, before=was) if policy.band != 1 else None
    tiers = tiers_at(now, policy, values=values)
    return tier_movement_between(was, tiers, shift=now - then, remembered=remembered)
