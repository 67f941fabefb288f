"""An opened bundle: the one thing that turns features into a churn probability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.interval import ProbabilityIntervals
from app.bundle.answers.probability import calibrate_in_place, probabilities_and_percentiles
from app.bundle.answers.unusual_features import UnusualFeatures
from app.bundle.folder.manifest import Manifest
from app.bundle.trees.scorer import Scorer
from app.bundle.value.estimator import ValueEstimator
from app.domain.bundles import BundleWarning
from app.domain.churn import ChurnDefinition
from app.domain.tier_policies import TierPolicy


@dataclass(frozen=True, slots=True)
class RiskBundle:
    """A verified bundle, ready to answer.

    Its methods take float64 features of shape (n, n_features), in the order of
    ``manifest.facts.features.names``, NaN = missing, and never change them.

    Attributes
    ----------
    usual : float64 array of shape (n_features,)
        The median of each feature in the population of the training; NaN where nobody has a value.
    percentile_knots : float64 array of shape (101,)
        Percentiles 0 to 100 of the probabilities in that population.
    intervals, unusual_features : None if the bundle is older than these measurements.
    value : None also if there is nothing to forecast value from.
    warnings : reasons to trust its answers less.
    """

    id: str
    manifest: Manifest
    churn: ChurnDefinition
    tier_policy: TierPolicy
    currency: str | None
    usual: NDArray[np.float64]
    percentile_knots: NDArray[np.float64]
    scorer: Scorer
    intervals: ProbabilityIntervals | None = None
    unusual_features: UnusualFeatures | None = None
    value: ValueEstimator | None = None
    warnings: tuple[BundleWarning, ...] = ()

    def margins(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the calibrated log-odds of churn, shape (n,)."""
        calibration = self.manifest.facts.calibration
        raw = self.scorer.raw_margins(self._validated(features))
        return calibration.slope * raw + calibration.intercept

    def probabilities(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the calibrated probabilities of churn, 0 to 1, shape (n,)."""
        return self.probabilities_and_percentiles(self.margins(features))[0]

    def probabilities_and_percentiles(
        self, margins: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the probabilities (0 to 1) and percentiles (0 to 100) of calibrated margins.

        The percentile is the percentage of the reference population with a smaller risk.
        """
        return probabilities_and_percentiles(margins, self.percentile_knots)

    def contributions(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact TreeSHAP values of the calibrated margin, shape (n, n_features + 1).

        The last column is the base margin. Each row sums to its margin within 1e-9.
        """
        return self.explanation(features)[0]

    def explanation(
        self, features: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return `contributions` and `margins`, in the time that the contributions alone take."""
        calibration = self.manifest.facts.calibration
        contributions, margins = self.scorer.raw_explanation(self._validated(features))
        slope, intercept = calibration.slope, calibration.intercept
        calibrate_in_place(contributions, margins, slope=slope, intercept=intercept)
        return contributions, margins

    def warm_up(self) -> None:
        """Answer one row, so that no request has to wait for the first answer."""
        row = self.usual[np.newaxis, :]
        self.probabilities(row)
        self.explanation(row)
        if self.value is not None:
            self.value.estimate(row, np.ones(1))

    def _validated(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        if features.shape[1:] != self.usual.shape:
            raise ValueError(
                f"bundle {self.id} needs features of shape (n, {len(self.usual)}), "
                f"got {features.shape}"
            )
        return np.ascontiguousarray(features, dtype=np.float64)
