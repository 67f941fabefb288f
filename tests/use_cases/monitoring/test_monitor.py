"""Predictions are compared with what happened, as far as it was known when the check ran."""

from datetime import UTC, datetime, timedelta

import pytest

from app.bundle.folder.reference import REFERENCE_FILE, encode_reference, measure_reference
from app.db import assessments, job_leases, jobs, model_checks
from app.db.connections.connect import session_factory, writer_factory
from app.db.log import events, histories
from app.db.log.reading import Reader
from app.domain.activity import Activity
from app.domain.checks import Verdict
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import BundleRefused
from app.domain.scores.stored import StoredAssessment
from app.features.catalogue import FEATURE_NAMES
from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.monitoring.monitor import Monitor
from app.use_cases.scores.columns import score_columns
from tests.bundles import put_bundle_into_service

CUT_OFF = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_ORDER = datetime(2026, 1, 10, tzinfo=UTC)
ASKED = datetime(2026, 2, 1, tzinfo=UTC)
CLOSES = ASKED + timedelta(days=90)
CHECKED = datetime(2026, 6, 15, tzinfo=UTC)
LOG_ENDS = CHECKED - timedelta(days=2)
EVERYBODY = [f"c-{i:03}" for i in range(240)]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    put_bundle_into_service(folder, trained_until=CUT_OFF)
    return folder


@pytest.fixture
def served(models):
    bundles = BundleInService(models)
    bundles.refresh()
    return bundles


@pytest.fixture
def writers(database):
    """Everybody has ordered, half of them again within the horizon, and the log goes on."""
    writers = writer_factory(database)
    with writers.begin() as session:
        orders = [order(who, FIRST_ORDER) for who in EVERYBODY]
        orders += [order(who, ASKED + timedelta(days=30)) for who in EVERYBODY[::2]]
        events.record(session, [*orders, order("somebody-else", LOG_ENDS)])
    return writers


def monitor_of(database, bundles, **changes) -> Monitor:
    readers, writers = session_factory(database), writer_factory(database)
    return Monitor(Reader(database), readers, writers, bundles, lambda: CHECKED, **changes)


@pytest.fixture
def check(database, writers, served):
    def run(*, as_of=CHECKED, **changes):
        monitor = monitor_of(database, served, **changes)
        return monitor.check(served.current().id, as_of=as_of)

    return run


@pytest.fixture
def rescored(writers, served):
    """Store predictions as of a moment, as a rescoring does."""

    def keep(said, *, as_of=ASKED, job_id="j", bundle_id=None):
        bundle_id = bundle_id or served.current().id
        numbers = {True: (50, 50, "medium"), False: (None, None, None)}
        answers = [
            StoredAssessment(who, as_of, bundle_id, p, *numbers[p is not None], "{}", job_id)
            for who, p in said.items()
        ]
        facts = {"as_of": as_of, "bundle_id": bundle_id, "total": len(said), "now": as_of}
        with writers.begin() as session:
            jobs.enqueue(session, job_id, **facts)
            held = {"worker": "w", "now": as_of}
            job = job_leases.claim(session, **held)
            job_leases.advance(session, job, **held, cursor="z", n_done=len(said), failures={})
            assessments.add_many(session, answers)
            job_leases.complete(session, job_id, **held)

    return keep


def order(who, at, *, received_at=None, **changes) -> Activity:
    values = {"type": "order_placed", "amount": 9.0, "currency": "EUR"} | changes
    event_id = f"{who}/{at.isoformat()}/{values['type']}"
    return Activity(event_id, who, at, received_at or at, **values)


def of_everybody(probability):
    return dict.fromkeys(EVERYBODY, probability)


def test_predictions_that_come_true_are_sound(check, rescored):
    rescored(of_everybody(0.5))

    calibration = check().calibration

    assert calibration.verdict is Verdict.SOUND
    (month,) = calibration.months
    assert (month.month, month.n, month.observed_rate) == ("2026-02", 240, 0.5)
    assert month.mean_probability == 0.5


def test_planted_miscalibration_is_found(check, rescored):
    rescored(of_everybody(0.8))

    assert check().calibration.verdict is Verdict.MISCALIBRATED


def test_a_check_is_stored(check, rescored, database):
    rescored(of_everybody(0.5))

    found = check()

    with session_factory(database)() as session:
        assert model_checks.newest(session, found.bundle_id) == found
    assert found.checked_at == CHECKED
    assert found.tiers == {"medium": 240}


def test_an_order_that_was_reported_late_counts_once_it_is_known(check, rescored, writers):
    reported = CHECKED + timedelta(days=5)
    with writers.begin() as session:
        late = ASKED + timedelta(days=10)
        events.record(session, [order(w, late, received_at=reported) for w in EVERYBODY[1::2]])
    rescored(of_everybody(0.5))

    assert check(as_of=reported).calibration.months[0].observed_rate == 0.5
    assert check(as_of=reported + timedelta(1)).calibration.months[0].observed_rate == 0.0


def test_the_first_prediction_of_a_month_counts_and_no_other(check, rescored):
    rescored(dict.fromkeys(EVERYBODY[:200], 0.5))
    rescored(of_everybody(0.9), as_of=ASKED + timedelta(days=1), job_id="k")

    (month,) = check().calibration.months

    assert month.n == 240
    assert month.mean_probability == pytest.approx((200 * 0.5 + 40 * 0.9) / 240)


def test_months_are_those_of_utc(check, rescored):
    before_midnight = ASKED - timedelta(microseconds=1)
    rescored(of_everybody(0.25), as_of=before_midnight, job_id="a")
    rescored(of_everybody(0.5), as_of=ASKED, job_id="b")

    months = check().calibration.months

    assert [(each.month, each.mean_probability) for each in months] == [
        ("2026-02", 0.5),
        ("2026-01", 0.25),
    ]


def test_customers_without_a_score_are_not_counted(check, rescored):
    rescored(of_everybody(0.5) | dict.fromkeys(EVERYBODY[:40]))

    assert check().calibration.months[0].n == 200


def test_bundles_that_are_no_longer_on_the_shelf_are_named_and_not_counted(check, rescored):
    rescored(of_everybody(0.5), bundle_id="0123456789abcdef")

    calibration = check().calibration

    assert calibration.months == ()
    assert "0123456789abcdef, which is no longer on the shelf" in calibration.left_out[0]


def test_a_sample_bounds_the_work_and_a_tiny_one_gets_no_verdict(check, rescored):
    rescored(of_everybody(0.9))

    calibration = check(sample_size=50).calibration

    assert calibration.months[0].n == 50
    assert calibration.verdict is Verdict.TOO_FEW


def test_cancelled_contracts_are_outcomes_of_their_own_definition(
    database, writers, rescored, tmp_path
):
    cancellation = ChurnDefinition(ChurnKind.CANCELLATION, "subscription_cancelled", 90)
    put_bundle_into_service(tmp_path, trained_until=CUT_OFF, churn=cancellation)
    contracts = BundleInService(tmp_path)
    contracts.refresh()
    starts = {"type": "subscription_started", "properties": {"renews_at": "2027-01-01"}}
    ends = {"type": "subscription_cancelled"}
    with writers.begin() as session:
        began = [order(who, FIRST_ORDER, **starts) for who in EVERYBODY]
        ended = [order(who, ASKED + timedelta(days=89), **ends) for who in EVERYBODY[:24]]
        too_late = [order(who, CLOSES, **ends) for who in EVERYBODY[24:48]]
        events.record(session, [*began, *ended, *too_late])
    bundle_id = contracts.current().id
    rescored(of_everybody(0.1), bundle_id=bundle_id)
    monitor = monitor_of(database, contracts)

    calibration = monitor.check(bundle_id, as_of=CHECKED).calibration

    assert calibration.months[0].observed_rate == 0.1
    assert calibration.verdict is Verdict.SOUND


def test_a_bundle_of_an_older_version_has_no_reference_and_says_so(check):
    drift = check().drift

    assert drift.verdict is Verdict.NOT_MEASURED
    assert "reference.json" in drift.text


def test_drift_is_measured_against_the_reference_of_the_bundle(database, writers, served, tmp_path):
    history = histories.fetch_history(Reader(database), EVERYBODY, as_of=CHECKED, currency="EUR")
    found = score_columns(history, served.current(), as_of=LOG_ENDS)
    reference = measure_reference(FEATURE_NAMES, found.features, found.probabilities)
    put_bundle_into_service(
        tmp_path, trained_until=CUT_OFF, files={REFERENCE_FILE: encode_reference(reference)}
    )
    bundles = BundleInService(tmp_path)
    bundles.refresh()
    monitor = monitor_of(database, bundles)

    bundle_id, much_later = bundles.current().id, CHECKED + timedelta(days=300)

    same = monitor.check(bundle_id, as_of=CHECKED).drift
    silent = monitor.check(bundle_id, as_of=much_later).drift
    with writers.begin() as session:
        events.record(session, [order("somebody-else", much_later)])
    later = monitor.check(bundle_id, as_of=much_later + timedelta(days=1)).drift

    assert same.verdict is silent.verdict is Verdict.SOUND
    assert same.measured_at == silent.measured_at == LOG_ENDS
    assert (same.n, same.n_reference) == (240, 240)
    assert later.verdict is Verdict.DRIFTED
    assert "days_since_order" in {each.name for each in later.features[:10]}
    assert sum(each.importance or 0 for each in later.features) == pytest.approx(1)


def test_a_database_without_customers_has_nothing_to_measure(database, served):
    monitor = monitor_of(database, served)

    found = monitor.check(served.current().id, as_of=CHECKED)

    assert found.calibration.verdict is Verdict.NOT_MEASURED
    assert found.tiers == {}


def test_a_bundle_that_is_not_on_the_shelf_is_refused(database, writers, served):
    monitor = monitor_of(database, served)

    with pytest.raises(BundleRefused, match="0123456789abcdef"):
        monitor.check("0123456789abcdef", as_of=CHECKED)
