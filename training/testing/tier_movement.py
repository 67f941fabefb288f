"""How many customers change tier where the bundle is another, but the customers are the same."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import TrainingRefused
from app.domain.moments import MICROSECONDS_PER_DAY
from app.domain.tier_policies import SharePolicy, TierPolicy
from training.learning.learn import LearningResult, learn
from training.run import TrainingRun
from training.tiers.assignment import tiers_of
from training.tiers.cut_points import policy_by_shares

Numbers = NDArray[np.float64]

STAGE: Final = "Measuring stability (one week less)"
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
    share_with_memory : share that moves where customers leave a tier a little later than they enter
        it; None where the policy does not do so.
    """

    counts: NDArray[np.int64]
    mean_shift: float
    share_with_memory: float | None = None

    @property
    def n(self) -> int:
        """How many customers there are."""
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
    shift: Numbers,
    second_with_memory: NDArray[np.int64] | None = None,
) -> TierMovement:
    """Return how customers move from tiers `first` to tiers `second` (0 = Low to 2 = High).

    Parameters
    ----------
    first, second : int64 arrays of shape (n,), of the same customers.
    shift : float64 array of shape (n,), the difference of the two probabilities.
    second_with_memory : int64 array of shape (n,), the second tiers where it is known that
        customers had the first.
    """
    counts = np.bincount(first * N_TIERS + second, minlength=N_TIERS * N_TIERS)
    share = None if second_with_memory is None else float((second_with_memory != first).mean())
    return TierMovement(
        counts.reshape(N_TIERS, N_TIERS).astype(np.int64), float(np.abs(shift).mean()), share
    )


def tier_movement_of_a_week(
    run: TrainingRun, learning: LearningResult, *, policy: TierPolicy, values: Numbers
) -> TierMovement | None:
    """Return how many of today's customers change tier because of the newest week of data alone.

    Everything is learned again from what was known a week before the cut-off, and tiers by shares
    get cut points of their own. Both bundles then look at the same features as of the cut-off. None
    where the shorter history is too short.

    Parameters
    ----------
    policy : the tiers of the bundle.
    values : float64 array of shape (n,)
        What each of the population would bring if kept, for tiers by value; NaN = not known.
    """
    week_before = run.cut_off - DAYS_LESS * MICROSECONDS_PER_DAY
    try:
        earlier = learn(run.back_at(week_before, horizon_days=run.churn.horizon_days), stage=STAGE)
    except TrainingRefused:
        return None
    then = earlier.student.probabilities_of(learning.population)
    now = learning.student.probabilities_of(learning.population)
    earlier_policy = policy
    if isinstance(policy, SharePolicy):
        earlier_policy = policy_by_shares(earlier.student.probabilities_of(earlier.population))
    first = tiers_of(then, earlier_policy, values=values)
    second = tiers_of(now, policy, values=values)
    with_memory = None
    if policy.band != 1:
        with_memory = tiers_of(now, policy, values=values, previous=first)
    return tier_movement_between(first, second, shift=now - then, second_with_memory=with_memory)
