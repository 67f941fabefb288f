"""The latest check of the bundle in service, and the warnings that answers carry because of it."""

import logging
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from app.db import model_checks
from app.domain.bundles import BundleWarning
from app.domain.checks import BundleCheck, DriftCheck, Verdict
from app.domain.errors import HoldfastError
from app.use_cases.bundles.in_service import BundleInService

log = logging.getLogger("holdfast.bundle")


class LatestCheck:
    """The latest check of the bundle in service; a background thread refreshes it, never a request.

    `found` is None as long as there is no check, which is no reason to warn.
    """

    def __init__(self, readers: sessionmaker[Session], bundles: BundleInService) -> None:
        self.found: BundleCheck | None = None
        self._readers = readers
        self._bundles = bundles
        self._version: tuple[str, datetime | None] | None = None  # of `found`: bundle and moment

    def refresh(self) -> None:
        """Look for a newer check, or for one of another bundle, and set its warnings.

        Without a bundle or a database nothing changes: ``/readyz`` says what is missing.
        """
        try:
            bundle_id = self._bundles.current().id
            with self._readers() as session:
                version = (bundle_id, model_checks.newest_moment(session, bundle_id))
                if version == self._version:
                    return
                found = model_checks.newest(session, bundle_id)
        except (HoldfastError, SQLAlchemyError) as error:
            log.debug("no check can be looked up", extra={"why": type(error).__name__})
            return
        self.found, self._version = found, version
        self._bundles.set_warnings(bundle_id, () if found is None else warnings_of(found))


def warnings_of(check: BundleCheck) -> tuple[BundleWarning, ...]:
    """Return why the bundle should be trusted less; nothing if too little is known to say so.

    Every answer carries them, so they are short; the check itself says what to do.
    """
    warnings = []
    if check.calibration.verdict is Verdict.MISCALIBRATED:
        warnings.append(BundleWarning("miscalibrated", _miscalibration(check)))
    if check.drift.verdict is Verdict.DRIFTED:
        warnings.append(BundleWarning("drifted", _drift(check.drift)))
    return tuple(warnings)


def _miscalibration(check: BundleCheck) -> str:
    month = next(
        each
        for each in check.calibration.months
        if each.bundle_id == check.bundle_id and each.verdict is Verdict.MISCALIBRATED
    )
    return (
        f"In {month.month} the bundle predicted that {month.mean_probability:.1%} of {month.n:,} "
        f"customers would churn, but {month.observed_rate:.1%} did: `holdfast monitor` says what "
        "to do."
    )


def _drift(drift: DriftCheck) -> str:
    return (
        f"Features that carry {drift.drifted_importance or 0:.0%} of today's reasons are no longer "
        "distributed as in the training: `holdfast monitor` names them."
    )
