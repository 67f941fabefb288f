"""The results of checks are served, answers carry their warnings, and jobs run them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.db import model_checks
from app.db.connections.connect import writer_factory
from app.domain.checks import BundleCheck, ColumnDrift, DriftCheck, Verdict
from app.use_cases.monitoring.check_calibration import check_calibration
from app.use_cases.monitoring.check_drift import not_measured
from tests.api.jobs import wait_for_end

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SAID = np.linspace(0.01, 0.99, 400)


@pytest.fixture
def bundle_id(models, app):
    (folder,) = (path for path in models.iterdir() if path.is_dir())
    return folder.name


@pytest.fixture
def keep(database, bundle_id):
    """Store a check; unless `churned` says otherwise, its month came true."""

    def put(*, churned=SAID > 0.5, **changes):
        months = {("2026-05", bundle_id): (np.full(400, 0.5), churned)}
        check = BundleCheck(
            bundle_id=bundle_id,
            as_of=NOW,
            checked_at=NOW + timedelta(seconds=3),
            calibration=check_calibration(months, bundle_id=bundle_id, pending="wait"),
            drift=not_measured("There is no reference."),
            tiers={"high": 22, "medium": 48, "none": 5},
        )
        with writer_factory(database).begin() as session:
            model_checks.put(session, replace(check, **changes))

    return put


@pytest.fixture
def drifted():
    column = ColumnDrift("orders_30d", 0.6, 0.02, 0.4, 0.0, 0.9, Verdict.DRIFTED)
    risk = replace(column, name="probability", psi=0.3, importance=None)
    return DriftCheck(Verdict.DRIFTED, "others", NOW, 5000, 4000, risk, 0.4, (column,))


@pytest.mark.parametrize("part", ["calibration", "drift"])
def test_before_the_first_check_the_answer_says_how_to_get_one(client, bundle_id, part):
    found = client.get(f"/v1/model/{part}").json()

    assert found["verdict"] == "not_measured"
    assert "holdfast monitor" in found["text"]
    assert (found["bundle_id"], found["as_of"], found["checked_at"]) == (bundle_id, None, None)


def test_the_newest_check_answers_with_months_and_bins(client, keep, bundle_id):
    keep()

    found = client.get("/v1/model/calibration").json()

    assert (found["verdict"], found["as_of"]) == ("sound", "2026-11-22T00:00:00Z")
    (month,) = found["months"]
    assert (month["month"], month["n"], month["observed_rate"]) == ("2026-05", 400, 0.5)
    assert len(month["bins"]) == 10


def test_drift_is_served_with_the_risk_and_every_feature(client, keep, drifted):
    keep(drift=drifted)

    found = client.get("/v1/model/drift").json()

    assert (found["verdict"], found["n"], found["n_reference"]) == ("drifted", 5000, 4000)
    assert found["risk"]["psi"] == 0.3
    assert found["features"][0]["name"] == "orders_30d"


def test_a_bundle_whose_check_is_sound_has_no_warnings(make_app, keep, new_key, with_history):
    keep()

    assert warnings(make_app, new_key, with_history) == []


def test_answers_warn_of_miscalibration_and_drift(make_app, keep, drifted, new_key, with_history):
    keep(churned=np.zeros(400, bool), drift=drifted)

    found = warnings(make_app, new_key, with_history)

    assert [each["code"] for each in found] == ["miscalibrated", "drifted"]
    assert "50.0% of 400 customers would churn, but 0.0% did" in found[0]["text"]


def test_a_check_runs_as_a_job_and_is_served_when_it_has_ended(client, with_history, bundle_id):
    started = client.post("/v1/jobs/monitor")

    assert started.status_code == 202
    assert started.json()["kind"] == "monitor"
    job = wait_for_end(client, started.headers["location"])
    assert (job["state"], job["bundle_id"]) == ("completed", bundle_id)
    found = client.get("/v1/model/calibration").json()
    assert found["text"].startswith("No scores of this bundle are stored")
    assert (
        client.get("/v1/model/drift").json()["text"].startswith("This bundle has no reference.json")
    )


def test_asking_again_with_the_same_key_gives_the_same_job_and_no_rescoring(client, bundle_id):
    headers = {"Idempotency-Key": "today"}

    first, again = (client.post("/v1/jobs/monitor", headers=headers).json() for _ in range(2))
    rescoring = client.post("/v1/jobs/rescore", headers=headers).json()

    assert first["job_id"] == again["job_id"]
    assert rescoring["job_id"] != first["job_id"]
    assert rescoring["kind"] == "rescore"


def test_a_rescoring_ends_with_a_check(client, with_history, rescore, wait_until):
    rescore()

    wait_until(lambda: client.get("/v1/model/calibration").json()["checked_at"] is not None)
    assert "The first horizon" in client.get("/v1/model/calibration").json()["text"]


@pytest.mark.parametrize("path", ["/v1/model/calibration", "/v1/model/drift", "/metrics"])
def test_checks_and_metrics_need_the_scope(client, new_key, path):
    headers = {"Authorization": f"Bearer {new_key('scores:read')}"}

    assert client.get(path, headers=headers).status_code == 403


def warnings(make_app, new_key, customer_id):
    """What a service that starts now warns of; that a bundle grows old is none of checks."""
    headers = {"Authorization": f"Bearer {new_key()}"}
    with TestClient(make_app(), headers=headers) as client:
        found = client.get(f"/v1/customers/{customer_id}/score").json()["warnings"]
    return [each for each in found if each["code"] != "stale"]
