"""What the stages of one training found, each in a type of its own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.tier_policies import TierPolicy
from training.certainty.certainty import Certainty
from training.learning.learn import LearningResult
from training.prior.fallback import Fallback
from training.run import TrainingRun
from training.testing.backtests import Backtests
from training.testing.tier_movement import TierMovement
from training.value.estimate import ValueEstimate

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TrainingFindings:
    """All that the manifest and the card of a bundle are written from.

    Attributes
    ----------
    learning : what was learned, or what serves where there was too little to learn from.
    probabilities : float64 array of shape (n,), of ``learning.population``.
    movement : how many customers a week of data moves; None where it cannot be measured.
    """

    run: TrainingRun
    learning: LearningResult | Fallback
    probabilities: Numbers
    backtests: Backtests
    value: ValueEstimate
    tiers: TierPolicy
    movement: TierMovement | None
    certainty: Certainty

    @property
    def values(self) -> Numbers:
        """What each of the population would bring if kept, shape (n,); NaN = not known."""
        return self.value.values_of(len(self.probabilities))
