"""The stage that measures how certain the probabilities are, and which customers are unusual."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.bundle.answers.uncertainty import Uncertainty
from training.certainty.interval import CalibrationTable, base_rate_errors, uncertainty_of
from training.certainty.usual_ranges import UsualRangesReport, usual_ranges_at
from training.learning.learn import LearningResult
from training.run import TrainingRun


@dataclass(frozen=True, slots=True)
class Certainty:
    """How certain the probabilities are.

    Attributes
    ----------
    uncertainty : what the bundle makes intervals from.
    usual_ranges : None where too few customers show what is usual.
    base_rate_errors : how far (log-odds) earlier windows predicted the base rates of later ones.
    """

    uncertainty: Uncertainty
    usual_ranges: UsualRangesReport | None
    base_rate_errors: Sequence[float]


def certainty_of(
    run: TrainingRun, learning: LearningResult, *, tables: Sequence[CalibrationTable]
) -> Certainty:
    """Return how certain the probabilities are, given the calibration tables of back-tests."""
    return Certainty(
        uncertainty_of(run, learning, tables=tables),
        usual_ranges_at(run, learning),
        base_rate_errors(learning),
    )
