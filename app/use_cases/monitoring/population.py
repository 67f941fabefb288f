"""The customers of today, as a bundle sees them."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.reference import Reference
from app.bundle.risk_bundle import RiskBundle
from app.domain.checks import DriftCheck
from app.features.catalogue import FEATURE_NAMES
from app.features.history import History
from app.use_cases.monitoring.check_drift import check_drift
from app.use_cases.scores.columns import score_columns


class PopulationCollector:
    """Collects features, risks and reasons of today's customers, one chunk at a time."""

    def __init__(self, bundle: RiskBundle, *, as_of: datetime) -> None:
        self._bundle = bundle
        self._as_of = as_of
        self._features: list[NDArray[np.float64]] = [np.empty((0, len(FEATURE_NAMES)))]
        self._probabilities: list[NDArray[np.float64]] = [np.empty(0)]
        self._contributions = np.zeros(len(FEATURE_NAMES))  # sums of absolute values, log-odds

    def add(self, history: History) -> None:
        """Add those customers who belong to the population of the bundle."""
        columns = score_columns(history, self._bundle, as_of=self._as_of)
        features = columns.features[columns.sufficient]
        if not len(features):
            return
        self._features.append(features)
        self._probabilities.append(columns.probabilities[columns.sufficient])
        contributions = self._bundle.contributions(features)[:, :-1]
        self._contributions += np.abs(contributions).sum(axis=0)

    def compare_with(self, reference: Reference) -> DriftCheck:
        """Return how far everybody who was added is from the bundle's training population."""
        total = float(self._contributions.sum())
        return check_drift(
            reference,
            FEATURE_NAMES,
            np.vstack(self._features),
            np.concatenate(self._probabilities),
            self._contributions / total if total > 0 else self._contributions,
            measured_at=self._as_of,
        )
