"""The metrics by which bundles are tested and compared, all of them at once."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from app.statistics.calibration import expected_calibration_error
from app.statistics.ranking import (
    RankedOutcomes,
    average_precision,
    rank,
    roc_auc,
    top_decile_lift,
)
from app.statistics.scoring_rules import brier_score, log_loss


@dataclass(frozen=True, slots=True)
class PredictionMetrics:
    """How well probabilities foretold outcomes; churn is the positive class.

    Attributes
    ----------
    n : number of customers.
    base_rate, mean_probability : share that churned, and the mean of what was predicted.
    auc : area under the ROC curve; NaN unless both outcomes occurred.
    average_precision : area under the precision-recall curve, by steps; NaN if nobody churned.
    log_loss, brier : mean log loss in nats, and Brier score; lower is better.
    ece : expected calibration error over ten bins of equal count.
    top_decile_lift : churn rate of the riskiest tenth over `base_rate`; NaN if nobody churned.
    """

    n: int
    base_rate: float
    mean_probability: float
    auc: float
    average_precision: float
    log_loss: float
    brier: float
    ece: float
    top_decile_lift: float

    def as_numbers(self) -> dict[str, float | None]:
        """Return the metrics by name, rounded to six digits; None = not defined."""
        numbers = {name: float(value) for name, value in asdict(self).items()}
        return {k: round(v, 6) if np.isfinite(v) else None for k, v in numbers.items()}


def compute_metrics(
    outcomes: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> PredictionMetrics:
    """Return the metrics of probabilities (0 to 1) against outcomes (0 or 1), both shape (n,)."""
    return compute_ranked_metrics(rank(outcomes, probabilities))


def compute_ranked_metrics(ranked: RankedOutcomes) -> PredictionMetrics:
    """Return the metrics of customers who are ranked already."""
    outcomes, probabilities = ranked
    n = len(outcomes)
    return PredictionMetrics(
        n=n,
        base_rate=float(outcomes.sum()) / n,
        mean_probability=float(probabilities.mean()),
        auc=roc_auc(ranked),
        average_precision=average_precision(ranked),
        log_loss=log_loss(outcomes, probabilities),
        brier=brier_score(outcomes, probabilities),
        ece=expected_calibration_error(ranked),
        top_decile_lift=top_decile_lift(ranked),
    )
