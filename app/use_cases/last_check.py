"""What the newest check says of the bundle in service, and what answers are told of it."""

import logging
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from app.db import model_checks
from app.domain.checks import BundleCheck, Verdict
from app.domain.errors import HoldfastError
from app.domain.moments import format_moment
from app.domain.warnings import BundleWarning
from app.use_cases.serve_bundle import BundleInService

log = logging.getLogger("holdfast.bundle")


class LastCheck:
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
    """Return why the bundle should be trusted less; nothing where too little is known to say so."""
    parts = (
        (check.calibration, Verdict.MISCALIBRATED),
        (check.drift, Verdict.DRIFTED),
    )
    return tuple(
        BundleWarning(part.verdict.value, f"as of {format_moment(check.as_of)}, {part.text}")
        for part, bad in parts
        if part.verdict is bad
    )
