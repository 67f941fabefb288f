"""Hold a bundle against what happened since, and against whom it meets; keep what was found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session, sessionmaker

from app.bundle.folder.reading import read_manifest
from app.bundle.folder.reference import read_reference
from app.bundle.risk_bundle import RiskBundle
from app.db import model_checks, predictions
from app.db.log import histories
from app.db.log.reading import Reader
from app.domain.checks import BundleCheck, CalibrationCheck, DriftCheck
from app.domain.churn import ChurnDefinition
from app.domain.errors import BundleRefused
from app.domain.moments import to_micros
from app.domain.stored_scores import Rescoring
from app.features.catalogue import FEATURE_NAMES
from app.features.history import History
from app.features.outcomes import churned
from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.monitoring.check_calibration import check_calibration
from app.use_cases.monitoring.check_drift import NO_REFERENCE, check_drift, not_measured
from app.use_cases.monitoring.resolved_predictions import Matured, Promise, matured
from app.use_cases.scores.columns import score_columns
from app.work.progress import OnProgress, ignore_progress

# Rates of 5,000 customers are good to a point and a half; more cost time and tell nothing new.
SAMPLE: Final = 5_000
CHUNK: Final = 1_000


@dataclass(frozen=True, slots=True)
class Monitor:
    """Checks bundles with what the database knows.

    Reads a fixed sample of the customers, so that a check takes seconds whatever their number.
    """

    reader: Reader  # for histories
    readers: sessionmaker[Session]
    writers: sessionmaker[Session]
    bundles: BundleInService
    now: Callable[[], datetime]
    sample_size: int = SAMPLE

    def check(
        self, bundle_id: str, *, as_of: datetime, on_progress: OnProgress = ignore_progress
    ) -> BundleCheck:
        """Check a bundle with what was known at `as_of`, keep what was found, and return it."""
        bundle = self.bundles.opened(bundle_id)
        with self.readers() as session:
            ids = predictions.sample(session, limit=self.sample_size)
            rescorings = predictions.rescorings(session, until=as_of)
            log_until = predictions.log_until(session)
            tiers = predictions.tiers(session)
        promises = self._promises({each.bundle_id for each in rescorings})
        closed = matured(
            rescorings, promises, bundle_id=bundle_id, as_of=as_of, log_until=log_until
        )
        seen, met = _Seen(), _Met(as_of if log_until is None else min(as_of, log_until))
        for first in range(0, len(ids), CHUNK):
            on_progress(first, len(ids))
            part = ids[first : first + CHUNK]
            history = histories.fetch_history(
                self.reader, part, as_of=as_of, currency=bundle.currency
            )
            with self.readers() as session:
                seen.add(session, history, closed, promises)
            met.add(history, bundle)
        check = BundleCheck(
            bundle_id=bundle_id,
            as_of=as_of,
            checked_at=self.now(),
            calibration=_calibration(bundle_id, seen, closed),
            drift=self._drift(bundle, met),
            tiers=tiers,
        )
        with self.writers.begin() as session:
            model_checks.put(session, check)
        on_progress(len(ids), len(ids))
        return check

    def _promises(self, bundle_ids: set[str]) -> dict[str, Promise]:
        """Return what bundles say of themselves, without those that are not on the shelf."""
        promises = {}
        for bundle_id in sorted(bundle_ids):
            try:
                facts = read_manifest(self.bundles.models / bundle_id).facts
            except BundleRefused:
                continue
            promises[bundle_id] = Promise(facts.churn, facts.trained_until)
        return promises

    def _drift(self, bundle: RiskBundle, met: "_Met") -> DriftCheck:
        reference = read_reference(self.bundles.models / bundle.id, bundle.manifest)
        if reference is None:
            return not_measured(NO_REFERENCE)
        return check_drift(reference, FEATURE_NAMES, *met.columns(), measured_at=met.as_of)


@dataclass(slots=True)
class _Seen:
    """What was said and what happened, by month and bundle, chunk by chunk."""

    said: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    churned: dict[tuple[str, str], list[bool]] = field(default_factory=dict)

    def add(
        self,
        session: Session,
        history: History,
        closed: Matured,
        promises: Mapping[str, Promise],
    ) -> None:
        """Add the first prediction of each customer in each month, and its outcome."""
        for key, rescorings in closed.by_month.items():
            waiting = dict.fromkeys(map(str, history.customer_ids))
            for rescoring in rescorings:
                found = predictions.probabilities_of(session, rescoring, list(waiting))
                if not found:
                    continue
                outcomes = _outcomes(history, rescoring, promises[rescoring.bundle_id].churn)
                self.said.setdefault(key, []).extend(found.values())
                self.churned.setdefault(key, []).extend(outcomes[who] for who in found)
                for who in found:
                    del waiting[who]
                if not waiting:
                    break


def _outcomes(history: History, rescoring: Rescoring, churn: ChurnDefinition) -> dict[str, bool]:
    happened = churned(history, churn, as_of=to_micros(rescoring.as_of)).tolist()
    return dict(zip(map(str, history.customer_ids), happened, strict=True))


@dataclass(slots=True)
class _Met:
    """Whom the bundle meets today, chunk by chunk."""

    as_of: datetime
    features: list[NDArray[np.float64]] = field(default_factory=list)
    probabilities: list[NDArray[np.float64]] = field(default_factory=list)
    moves: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(FEATURE_NAMES)))

    def add(self, history: History, bundle: RiskBundle) -> None:
        """Add those who are in the population of the bundle."""
        columns = score_columns(history, bundle, as_of=self.as_of)
        known = columns.features[columns.sufficient]
        if not len(known):
            return
        self.features.append(known)
        self.probabilities.append(columns.probabilities[columns.sufficient])
        self.moves += np.abs(bundle.contributions(known)[:, :-1]).sum(axis=0)

    def columns(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return features, probabilities, and the share of each feature in the reasons."""
        everything = float(self.moves.sum())
        return (
            np.vstack([np.empty((0, len(FEATURE_NAMES))), *self.features]),
            np.concatenate([np.empty(0), *self.probabilities]),
            self.moves / everything if everything > 0 else self.moves,
        )


def _calibration(bundle_id: str, seen: _Seen, closed: Matured) -> CalibrationCheck:
    by_month = {
        key: (np.array(said), np.array(seen.churned[key], np.bool_))
        for key, said in seen.said.items()
    }
    return check_calibration(
        by_month, bundle_id=bundle_id, waiting=closed.waiting, left_out=closed.left_out
    )
