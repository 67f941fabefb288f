"""What a bundle predicted, and what happened, customer by customer."""

from collections.abc import Mapping

import numpy as np
from sqlalchemy.orm import Session

from app.db import predictions
from app.domain.moments import to_micros
from app.domain.scores.stored import Rescoring
from app.features.history import History
from app.features.outcomes import churned
from app.use_cases.monitoring.check_calibration import Outcomes
from app.use_cases.monitoring.resolved_predictions import PredictionTerms, ResolvedPredictions


class OutcomeCollector:
    """Collects predictions with their outcomes, one chunk of customers at a time."""

    def __init__(self, resolved: ResolvedPredictions, terms: Mapping[str, PredictionTerms]) -> None:
        self._resolved = resolved
        self._terms = terms
        self._predicted: dict[tuple[str, str], list[float]] = {}
        self._churned: dict[tuple[str, str], list[bool]] = {}

    def add(self, session: Session, history: History) -> None:
        """Add the first prediction of each customer in each month, and its outcome."""
        for key, rescorings in self._resolved.by_month.items():
            missing = dict.fromkeys(map(str, history.customer_ids))
            for rescoring in rescorings:
                found = predictions.probabilities_of(session, rescoring, list(missing))
                if found:
                    self._add(key, found, self._outcomes(history, rescoring))
                for customer_id in found:
                    del missing[customer_id]
                if not missing:
                    break

    def by_month(self) -> Outcomes:
        """Return everything that was added, by month and bundle."""
        return {
            key: (np.array(predicted), np.array(self._churned[key], np.bool_))
            for key, predicted in self._predicted.items()
        }

    def _add(
        self, key: tuple[str, str], found: Mapping[str, float], outcomes: Mapping[str, bool]
    ) -> None:
        self._predicted.setdefault(key, []).extend(found.values())
        self._churned.setdefault(key, []).extend(outcomes[customer_id] for customer_id in found)

    def _outcomes(self, history: History, rescoring: Rescoring) -> dict[str, bool]:
        churn = self._terms[rescoring.bundle_id].churn
        happened = churned(history, churn, as_of=to_micros(rescoring.as_of)).tolist()
        return dict(zip(map(str, history.customer_ids), happened, strict=True))
