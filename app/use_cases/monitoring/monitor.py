"""Compare a bundle's predictions with outcomes, and its customers with those of the training."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session, sessionmaker

from app.bundle.folder.reading import read_manifest
from app.bundle.folder.reference import read_reference
from app.bundle.risk_bundle import RiskBundle
from app.db import model_checks, predictions
from app.db.log import histories
from app.db.log.reading import Reader
from app.domain.checks import BundleCheck, DriftCheck
from app.domain.errors import BundleRefused
from app.domain.scores.stored import Rescoring
from app.features.history import History
from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.monitoring.check_calibration import check_calibration
from app.use_cases.monitoring.check_drift import NO_REFERENCE, not_measured
from app.use_cases.monitoring.outcomes import OutcomeCollector
from app.use_cases.monitoring.population import PopulationCollector
from app.use_cases.monitoring.resolved_predictions import (
    PredictionTerms,
    resolve_predictions,
)
from app.work.progress import OnProgress, ignore_progress

# With 5,000 customers, rates are exact to a point and a half. More would take longer for little.
SAMPLE: Final = 5_000
CHUNK: Final = 1_000


@dataclass(frozen=True, slots=True)
class Monitor:
    """Checks bundles with what the database knows.

    It reads a fixed sample of the customers, so that a check takes seconds whatever their number.
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
        """Check a bundle with what was known at `as_of`, store the result, and return it."""
        bundle = self.bundles.open(bundle_id)
        known = self._known(as_of)
        terms = self._terms({each.bundle_id for each in known.rescorings})
        resolved = resolve_predictions(
            known.rescorings, terms, bundle_id=bundle_id, as_of=as_of, log_until=known.log_until
        )
        outcomes = OutcomeCollector(resolved, terms)
        population = PopulationCollector(bundle, as_of=known.today)
        for history in self._histories(bundle, known, on_progress):
            with self.readers() as session:
                outcomes.add(session, history)
            population.add(history)
        check = BundleCheck(
            bundle_id=bundle_id,
            as_of=as_of,
            checked_at=self.now(),
            calibration=check_calibration(
                outcomes.by_month(),
                bundle_id=bundle_id,
                pending=resolved.pending,
                excluded=resolved.excluded,
            ),
            drift=self._drift(bundle, population),
            tiers=known.tiers,
        )
        with self.writers.begin() as session:
            model_checks.put(session, check)
        return check

    def _known(self, as_of: datetime) -> "_Known":
        with self.readers() as session:
            return _Known(
                as_of=as_of,
                customer_ids=predictions.sample(session, limit=self.sample_size),
                rescorings=predictions.rescorings(session, until=as_of),
                log_until=predictions.log_until(session),
                tiers=predictions.tiers(session),
            )

    def _terms(self, bundle_ids: set[str]) -> dict[str, PredictionTerms]:
        """Return what bundles predict, without those that are no longer on the shelf."""
        terms = {}
        for bundle_id in sorted(bundle_ids):
            try:
                facts = read_manifest(self.bundles.models / bundle_id).facts
            except BundleRefused:
                continue
            terms[bundle_id] = PredictionTerms(facts.churn, facts.trained_until)
        return terms

    def _histories(
        self, bundle: RiskBundle, known: "_Known", on_progress: OnProgress
    ) -> Iterator[History]:
        """Yield the histories of the sample, chunk by chunk."""
        ids = known.customer_ids
        for first in range(0, len(ids), CHUNK):
            on_progress(first, len(ids))
            chunk = ids[first : first + CHUNK]
            yield histories.fetch_history(
                self.reader, chunk, as_of=known.as_of, currency=bundle.currency
            )
        on_progress(len(ids), len(ids))

    def _drift(self, bundle: RiskBundle, population: PopulationCollector) -> DriftCheck:
        reference = read_reference(self.bundles.models / bundle.id, bundle.manifest)
        if reference is None:
            return not_measured(NO_REFERENCE)
        return population.compare_with(reference)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database knows at the moment of a check."""

    as_of: datetime
    customer_ids: list[str]  # the sample
    rescorings: list[Rescoring]  # oldest first
    log_until: datetime | None  # None: the log is empty
    tiers: dict[str, int]

    @property
    def today(self) -> datetime:
        """The moment of the check, or the end of the log if that is earlier.

        Days of which nothing is known must not look like days on which nothing happened.
        """
        return self.as_of if self.log_until is None else min(self.as_of, self.log_until)
