"""What the newest check says of the bundle in service, and what answers are told of it."""

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
    """The newest check of the bundle in service, looked up now and then, never by a request.

    `found` is None where there is none; that is no warning.
    """

    def __init__(self, readers: sessionmaker[Session], bundles: BundleInService) -> None:
        self.found: BundleCheck | None = None
        self._readers = readers
        self._bundles = bundles
        self._seen: tuple[str, datetime | None] | None = None

    def refresh(self) -> None:
        """Look whether there is a newer check, or another bundle, and warn accordingly.

        Without a bundle or a database it leaves everything as it is: ``/readyz`` says what is
        missing.
        """
        try:
            bundle_id = self._bundles.current().id
            with self._readers() as session:
                seen = (bundle_id, model_checks.newest_moment(session, bundle_id))
                if seen == self._seen:
                    return
                found = model_checks.newest(session, bundle_id)
        except (HoldfastError, SQLAlchemyError) as error:
            log.debug("no check can be looked up", extra={"why": type(error).__name__})
            return
        self.found, self._seen = found, seen
        self._bundles.warn(bundle_id, () if found is None else warnings_of(found))


def warnings_of(check: BundleCheck) -> tuple[BundleWarning, ...]:
    """Return why the bundle should be trusted less; nothing where too little is known to say so.

    Every answer carries them, so they are short; the check itself says what to do.
    """
    warnings = []
    if check.calibration.verdict is Verdict.MISCALIBRATED:
        warnings.append(BundleWarning("miscalibrated", _said_and_seen(check)))
    if check.drift.verdict is Verdict.DRIFTED:
        warnings.append(BundleWarning("drifted", _moved(check.drift)))
    return tuple(warnings)


def _said_and_seen(check: BundleCheck) -> str:
    month = next(
        each
        for each in check.calibration.months
        if each.bundle_id == check.bundle_id and each.verdict is Verdict.MISCALIBRATED
    )
    return (
        f"of {month.n:,} predictions of {month.month}, {month.mean_probability:.1%} churn was said "
        f"and {month.observed_rate:.1%} happened: `holdfast monitor` says what to do"
    )


def _moved(drift: DriftCheck) -> str:
    return (
        f"features with {drift.drifted_importance or 0:.0%} of today's reasons are no longer "
        "distributed as in the training: `holdfast monitor` names them"
    )
