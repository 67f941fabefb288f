"""Results of checks of bundles, one per bundle and moment."""

from datetime import datetime
from functools import cache

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.tables import ModelCheckRow
from app.domain.checks import BundleCheck


def put(session: Session, check: BundleCheck) -> None:
    """Store a check; one of the same bundle and moment is replaced."""
    row = ModelCheckRow
    session.execute(delete(row).where(row.bundle_id == check.bundle_id, row.as_of == check.as_of))
    session.add(
        row(
            bundle_id=check.bundle_id,
            as_of=check.as_of,
            checked_at=check.checked_at,
            result=json_of(check),
        )
    )
    session.flush()


def json_of(check: BundleCheck) -> str:
    """Return a check as JSON, the form in which it is stored."""
    return _checks().dump_json(check).decode()


def newest_moment(session: Session, bundle_id: str) -> datetime | None:
    """Return when the newest check of a bundle was made; None: there is none."""
    row = ModelCheckRow
    query = select(row.checked_at).where(row.bundle_id == bundle_id)
    return session.scalar(query.order_by(row.as_of.desc()).limit(1))


def newest(session: Session, bundle_id: str) -> BundleCheck | None:
    """Return the check of a bundle as of the latest moment; None: there is none.

    A check that another version of the service stored in another form counts as none.
    """
    row = ModelCheckRow
    query = select(row.result).where(row.bundle_id == bundle_id)
    result = session.scalar(query.order_by(row.as_of.desc()).limit(1))
    if result is None:
        return None
    try:
        return _checks().validate_json(result)
    except ValidationError:
        return None


@cache  # built with the first check, so that the start of the service does not wait for it
def _checks() -> TypeAdapter[BundleCheck]:
    return TypeAdapter(BundleCheck)
