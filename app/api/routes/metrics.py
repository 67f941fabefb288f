"""GET /metrics: what the service measures of itself, for Prometheus."""

from http import HTTPStatus

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from app.api.gate.json_route import JsonRoute
from app.api.gate.metrics import MEDIA_TYPE, by, counter, gauge, one
from app.api.keys.access import MetricsRead
from app.api.service import Service
from app.db import jobs
from app.domain.checks import BundleCheck
from app.domain.errors import HoldfastError

router = APIRouter(tags=["Health"], route_class=JsonRoute)
ONE_SCORE = "/v1/customers/{customer_id}/score"


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        HTTPStatus.OK.value: {
            "description": "Metrics in the text format of Prometheus",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }
    },
)
def get_metrics(service: MetricsRead) -> Response:
    """Return counters of this process, and what is known of jobs and of the bundle in service."""
    lines = service.metrics.requests() + _work(service) + _jobs(service) + _bundle(service)
    return Response("\n".join([*lines, ""]), media_type=MEDIA_TYPE)


def _work(service: Service) -> list[str]:
    metrics = service.metrics
    scored = [
        ("one", metrics.n_answered(ONE_SCORE, HTTPStatus.OK)),
        ("many", sum(n for _, n in metrics.counted("scored"))),
    ]
    return [
        *counter(
            "holdfast_scored_customers_total", "Customers scored over HTTP.", by("via", scored)
        ),
        *counter(
            "holdfast_events_total", "Events received.", by("result", metrics.counted("events"))
        ),
    ]


def _jobs(service: Service) -> list[str]:
    text = "Whether the database answers."
    try:
        with service.reading() as session:
            found = jobs.count_by_state(session)
    except SQLAlchemyError:
        return gauge("holdfast_database_up", text, one(0))
    through = [
        ("scored", sum(each.n_done for each in found)),
        ("failed", sum(each.n_failed for each in found)),
    ]
    return [
        *gauge("holdfast_database_up", text, one(1)),
        *gauge(
            "holdfast_jobs",
            "Jobs in the database.",
            [((("kind", each.kind), ("state", each.state)), each.n_jobs) for each in found],
        ),
        *counter(
            "holdfast_rescored_customers_total",
            "Customers that all rescorings went through.",
            by("result", through),
        ),
    ]


def _bundle(service: Service) -> list[str]:
    text = "Whether a bundle serves."
    try:
        bundle = service.bundles.current()
    except HoldfastError:
        return gauge("holdfast_bundle_up", text, one(0))
    churn = bundle.churn
    about = (
        ("bundle_id", bundle.id),
        ("churn", churn.sentence),
        ("horizon_days", str(churn.horizon_days)),
    )
    warnings = [(each.code, 1.0) for each in bundle.warnings]
    check = service.latest_check.found
    return [
        *gauge("holdfast_bundle_up", text, one(1)),
        *gauge("holdfast_bundle_info", "The bundle in service.", [(about, 1)]),
        *gauge(
            "holdfast_bundle_trained_until_seconds",
            "From then on the bundle saw nothing.",
            one(bundle.manifest.facts.trained_until.timestamp()),
        ),
        *gauge("holdfast_bundle_warning", "Why to trust it less.", by("code", warnings)),
        *([] if check is None or check.bundle_id != bundle.id else _check(check)),
    ]


def _check(check: BundleCheck) -> list[str]:
    drift = check.drift
    tiers = sorted(check.tiers.items())
    return [
        *gauge(
            "holdfast_check_timestamp_seconds",
            "When the bundle was last checked.",
            one(check.checked_at.timestamp()),
        ),
        *gauge("holdfast_customers", "Customers by tier as last scored.", by("tier", tiers)),
        *gauge(
            "holdfast_drift_risk_psi",
            "Stability index of the risk.",
            one(None if drift.risk is None else drift.risk.psi),
        ),
        *gauge(
            "holdfast_drift_psi_max",
            "Largest stability index of any feature.",
            one(max((each.psi for each in drift.features), default=None)),
        ),
        *gauge(
            "holdfast_drift_importance",
            "Share of today's reasons on drifted features.",
            one(drift.drifted_importance),
        ),
        *_calibration(check),
    ]


def _calibration(check: BundleCheck) -> list[str]:
    """Return the lines about the newest month of this bundle whose outcomes are known."""
    months = check.calibration.months
    month = next((each for each in months if each.bundle_id == check.bundle_id), None)
    if month is None:
        return []
    rates = [("said", month.mean_probability), ("seen", month.observed_rate)]
    return [
        *gauge(
            "holdfast_calibration_rate",
            "Mean probability and share that churned, newest month with outcomes.",
            by("what", rates),
        ),
        *gauge("holdfast_calibration_error", "Calibration error of that month.", one(month.ece)),
        *gauge("holdfast_calibration_customers", "Customers of that month.", one(month.n)),
    ]
