"""GET /v1/model/calibration and /v1/model/drift: what checks of the bundle in service found."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from app.api.contract.problems.responses import problem_responses
from app.api.gate.json_route import JsonRoute
from app.api.keys.access import ModelRead
from app.api.schemas.checks import CalibrationOut, DriftOut
from app.api.service import Service
from app.db import model_checks
from app.domain.checks import BundleCheck, CalibrationCheck, DriftCheck, Verdict
from app.domain.errors import BundleRefused, NoBundleInService
from app.use_cases.monitoring.check_drift import not_measured

router = APIRouter(
    prefix="/v1/model",
    tags=["Model"],
    responses=problem_responses(NoBundleInService, BundleRefused),
    route_class=JsonRoute,
)
_NO_CHECK = (
    "not measured yet: this bundle was not checked; every rescoring ends with a check, and "
    "`holdfast monitor` or POST /v1/jobs/monitor asks for one"
)


@router.get("/calibration")
def get_calibration(service: ModelRead) -> CalibrationOut:
    """Return what was said in months whose horizon has closed, against what happened since.

    The newest check answers; asking computes nothing.
    """
    bundle_id, found = _newest(service)
    none = CalibrationCheck(Verdict.NOT_MEASURED, _NO_CHECK, (), ())
    part = found.calibration if found else none
    return CalibrationOut.model_validate(_told(bundle_id, found, part))


@router.get("/drift")
def get_drift(service: ModelRead) -> DriftOut:
    """Return how far today's customers are from those that the bundle was trained on.

    The newest check answers; asking computes nothing.
    """
    bundle_id, found = _newest(service)
    none = not_measured(_NO_CHECK)
    return DriftOut.model_validate(_told(bundle_id, found, found.drift if found else none))


def _newest(service: Service) -> tuple[str, BundleCheck | None]:
    bundle_id = service.bundles.current().id
    with service.reading() as session:
        return bundle_id, model_checks.newest(session, bundle_id)


def _told(
    bundle_id: str, found: BundleCheck | None, part: CalibrationCheck | DriftCheck
) -> dict[str, Any]:
    """Return what a part of a check found, with whom and when it is about."""
    as_of, checked_at = (found.as_of, found.checked_at) if found else (None, None)
    return {**asdict(part), "bundle_id": bundle_id, "as_of": as_of, "checked_at": checked_at}
