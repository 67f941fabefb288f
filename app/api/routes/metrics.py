"""GET /metrics: what the service measures about itself, for Prometheus."""

from http import HTTPStatus

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from app.api.contract.prometheus import MEDIA_TYPE, by_label, counter, gauge, single
from app.api.gate.json_route import JsonRoute
from app.api.gate.metrics import Metrics
from app.api.keys.access import MetricsRead
from app.api.service import Service
from app.bundle.risk_bundle import RiskBundle
from app.db import jobs
from app.domain.checks import BundleCheck, DriftCheck
from app.domain.errors import HoldfastError
from app.domain.jobs import JobCount

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
    """Return the counters of this process, and figures about jobs and the bundle in service."""
    lines = [
        *service.metrics.request_lines(),
        *_process(service.metrics),
        *_database(service),
        *_bundle_in_service(service),
    ]
    return Response("\n".join([*lines, ""]), media_type=MEDIA_TYPE)


def _process(metrics: Metrics) -> list[str]:
    scored = [
        ("one", metrics.n_requests(ONE_SCORE, HTTPStatus.OK)),
        ("many", sum(n for _, n in metrics.counts("scored"))),
    ]
    return [
        *counter(
            "holdfast_scored_customers_total",
            "Customers scored over HTTP.",
            by_label("via", scored),
        ),
        *counter(
            "holdfast_events_total",
            "Events received.",
            by_label("result", metrics.counts("events")),
        ),
        *counter(
            "holdfast_quick_route_fallbacks_total",
            "Quick routes that failed with an unexpected error, so that FastAPI had to answer.",
            metrics.fallbacks(),
        ),
    ]


def _database(service: Service) -> list[str]:
    text = "Whether the database answers."
    try:
        with service.reading() as session:
            counts = jobs.count_by_state(session)
    except SQLAlchemyError:
        return gauge("holdfast_database_up", text, single(0))
    return [*gauge("holdfast_database_up", text, single(1)), *_jobs(counts)]


def _jobs(counts: list[JobCount]) -> list[str]:
    results = [
        ("scored", sum(each.n_done for each in counts)),
        ("failed", sum(each.n_failed for each in counts)),
    ]
    return [
        *gauge(
            "holdfast_jobs",
            "Jobs in the database.",
            [((("kind", each.kind), ("state", each.state)), each.n_jobs) for each in counts],
        ),
        *counter(
            "holdfast_rescored_customers_total",
            "Customers that all rescorings have processed.",
            by_label("result", results),
        ),
    ]


def _bundle_in_service(service: Service) -> list[str]:
    text = "Whether a bundle is in service."
    try:
        bundle = service.bundles.current()
    except HoldfastError:
        return gauge("holdfast_bundle_up", text, single(0))
    check = service.latest_check.found
    return [
        *gauge("holdfast_bundle_up", text, single(1)),
        *_bundle(bundle),
        *([] if check is None or check.bundle_id != bundle.id else _check(check)),
    ]


def _bundle(bundle: RiskBundle) -> list[str]:
    labels = (
        ("bundle_id", bundle.id),
        ("churn", bundle.churn.sentence),
        ("horizon_days", str(bundle.churn.horizon_days)),
    )
    return [
        *gauge("holdfast_bundle_info", "The bundle in service.", [(labels, 1)]),
        *gauge(
            "holdfast_bundle_trained_until_seconds",
            "The moment up to which the bundle has seen data.",
            single(bundle.manifest.facts.trained_until.timestamp()),
        ),
        *gauge(
            "holdfast_bundle_warning",
            "Reasons to trust the bundle less.",
            by_label("code", [(each.code, 1.0) for each in bundle.warnings]),
        ),
    ]


def _check(check: BundleCheck) -> list[str]:
    return [
        *gauge(
            "holdfast_check_timestamp_seconds",
            "When the bundle was last checked.",
            single(check.checked_at.timestamp()),
        ),
        *gauge(
            "holdfast_customers",
            "Customers by tier, as last scored.",
            by_label("tier", sorted(check.tiers.items())),
        ),
        *_drift(check.drift),
        *_calibration(check),
    ]


def _drift(drift: DriftCheck) -> list[str]:
    return [
        *gauge(
            "holdfast_drift_risk_psi",
            "Population stability index of the risk.",
            single(None if drift.risk is None else drift.risk.psi),
        ),
        *gauge(
            "holdfast_drift_psi_max",
            "Largest population stability index of any feature.",
            single(max((each.psi for each in drift.features), default=None)),
        ),
        *gauge(
            "holdfast_drift_importance",
            "Share of today's reasons that drifted features carry.",
            single(drift.drifted_importance),
        ),
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
            "Mean predicted probability and share that churned, newest month with outcomes.",
            by_label("what", rates),
        ),
        *gauge("holdfast_calibration_error", "Calibration error of that month.", single(month.ece)),
        *gauge("holdfast_calibration_customers", "Customers of that month.", single(month.n)),
    ]
