"""GET /v1/model/calibration and /v1/model/drift: the latest check of the bundle in service."""

from dataclasses import asdict
from typing import Any, Final

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
_NO_CHECK: Final = (
    "This bundle has not been checked yet. Every rescoring ends with a check; `holdfast monitor` "
    "and POST /v1/jobs/monitor run one at any time."
)


@router.get("/calibration")
def get_calibration(service: ModelRead) -> CalibrationOut:
    """Compare predictions with what happened, for each month whose horizon has closed.

    The answer is the result of the latest check; asking computes nothing.
    """
    bundle_id, check = _latest(service)
    none = CalibrationCheck(Verdict.NOT_MEASURED, _NO_CHECK, (), ())
    result = check.calibration if check else none
    return CalibrationOut.model_validate(_fields(bundle_id, check, result))


@router.get("/drift")
def get_drift(service: ModelRead) -> DriftOut:
    """Compare today's customers with those that the bundle was trained on.

    The answer is the result of the latest check; asking computes nothing.
    """
    bundle_id, check = _latest(service)
    result = check.drift if check else not_measured(_NO_CHECK)
    return DriftOut.model_validate(_fields(bundle_id, check, result))


def _latest(service: Service) -> tuple[str, BundleCheck | None]:
    bundle_id = service.bundles.current().id
    with service.reading() as session:
        return bundle_id, model_checks.newest(session, bundle_id)


def _fields(
    bundle_id: str, check: BundleCheck | None, result: CalibrationCheck | DriftCheck
) -> dict[str, Any]:
    """Return the fields of a result, and what all results of a check share."""
    as_of, checked_at = (check.as_of, check.checked_at) if check else (None, None)
    return {**asdict(result), "bundle_id": bundle_id, "as_of": as_of, "checked_at": checked_at}
