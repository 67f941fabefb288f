"""Training end to end on a made-up shop: what the bundle promises, and what cannot get into it."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import joblib
import numpy as np
import pytest

from app.bundle.folder.reference import read_reference
from app.bundle.opening import open_bundle
from app.domain.activity import TYPE_CODES
from app.domain.bundles import Basis
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import TrainingRefused
from app.features.catalogue import FEATURE_NAMES
from app.features.history import NO_MOMENT
from tests.training.shops import (
    CANCELLED,
    DAY,
    NO_ORDER,
    OPENED,
    ORDER,
    UNTIL,
    UNTIL_MICROS,
    shop,
    with_events,
)
from training.dataset.history_slices import known_before
from training.tiers.contact_costs import ContactCosts
from training.train import train
from training.value.buyers import buyers_at


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def trained(shelf):
    """The bundle of the untouched shop; several tests hold others against it."""
    return train(shop(), churn=NO_ORDER, until=UNTIL, models=shelf, currency="EUR")


def files_of(shelf, result):
    return {path.name: path.read_bytes() for path in (shelf / result.bundle_id).iterdir()}


def test_a_bundle_opens_and_answers(shelf, trained):
    bundle = open_bundle(shelf / trained.bundle_id)

    predicted = bundle.probabilities(np.full((1, len(FEATURE_NAMES)), np.nan))
    assert 0 < predicted[0] < 1
    assert bundle.churn == NO_ORDER
    assert bundle.manifest.facts.basis is Basis.LEARNED
    assert bundle.warnings == ()
    assert bundle.currency == "EUR"


def test_a_bundle_of_orders_predicts_what_they_bring(shelf, trained):
    bundle = open_bundle(shelf / trained.bundle_id)
    _, buyers = buyers_at(shop(), as_of=UNTIL_MICROS)

    expected = bundle.value.estimate(buyers, bundle.probabilities(buyers))

    assert (expected.revenue_12m > 0).all()
    assert (expected.revenue_12m_if_kept >= expected.revenue_12m).all()
    assert abs(trained.metrics["value_test"]["orders"]["total_bias"]) < 0.3
    assert {"Value", "Profit of contact"} <= {
        line.removeprefix("## ")
        for line in (shelf / trained.bundle_id / "card.md").read_text().splitlines()
    }


def test_tiers_by_value_are_not_asked_of_too_few_customers(tmp_path):
    few, costs = shop(n_customers=60), ContactCosts(1.0, (5.0,), 0.3)

    with pytest.raises(TrainingRefused, match="customers"):
        train(few, churn=NO_ORDER, until=UNTIL, models=tmp_path, costs=costs)
    assert list(tmp_path.iterdir()) == []


def test_the_same_history_and_seed_give_the_same_bytes(shelf, trained, tmp_path):
    again = train(shop(), churn=NO_ORDER, until=UNTIL, models=tmp_path, currency="EUR")

    assert again.bundle_id == trained.bundle_id
    assert files_of(tmp_path, again) == files_of(shelf, trained)


def test_another_process_with_another_number_of_threads_gives_the_same_bundle(trained, tmp_path):
    program = (
        "import sys; from pathlib import Path; from tests.training.shops import *; "
        "from training.train import train; "
        "print(train(shop(), churn=NO_ORDER, until=UNTIL, models=Path(sys.argv[1]), "
        "currency='EUR').bundle_id)"
    )
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    run = subprocess.run(
        [sys.executable, "-c", program, tmp_path],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.strip() == trained.bundle_id


def test_what_lies_at_or_after_the_cut_off_is_not_read(trained, tmp_path):
    """A clock in local time, a leaky export, a future sign-up: nothing of it may matter."""
    planted = with_events(
        known_before(shop(), moment=UNTIL_MICROS),
        customers=np.repeat(np.arange(400), 2),
        occurred_at=np.tile([UNTIL_MICROS, UNTIL_MICROS + 3 * DAY], 400),
        kinds=np.full(800, ORDER),
    )
    planted = replace(planted, signed_up_at=np.full(400, UNTIL_MICROS + DAY))

    result = train(planted, churn=NO_ORDER, until=UNTIL, models=tmp_path, currency="EUR")

    assert result.bundle_id == trained.bundle_id


def test_what_was_received_at_or_after_the_cut_off_is_not_read(trained, tmp_path):
    planted = with_events(
        shop(),
        customers=np.arange(400),
        occurred_at=np.full(400, UNTIL_MICROS - 5 * DAY),
        kinds=np.full(400, ORDER),
        received_at=np.full(400, UNTIL_MICROS),
    )

    result = train(planted, churn=NO_ORDER, until=UNTIL, models=tmp_path, currency="EUR")

    assert result.bundle_id == trained.bundle_id


def test_the_metrics_and_the_base_rates_are_stated(trained):
    assert trained.metrics["test"]["auc"] > 0.6
    assert trained.metrics["test"]["log_loss"] < 0.693
    assert trained.metrics["baseline_rfm_logistic"]["n"] == trained.metrics["test"]["n"]
    assert all(0 < rate < 1 for rate in trained.metrics["base_rates"])


def test_the_mean_probability_is_near_the_newest_base_rate(shelf, trained):
    """No class weights and no resampling: probabilities stay those of the population."""
    knots = open_bundle(shelf / trained.bundle_id).manifest.facts.percentile_knots

    assert abs(np.mean(knots) - trained.metrics["base_rates"][-1]) < 0.1


def test_tiers_have_the_wanted_shares(trained):
    shares = trained.metrics["tier_shares"]

    assert shares == pytest.approx({"high": 0.22, "medium": 0.48, "low": 0.30}, abs=0.02)


def test_the_reference_adds_up_to_one_for_every_feature(shelf, trained):
    manifest = open_bundle(shelf / trained.bundle_id).manifest

    reference = read_reference(shelf / trained.bundle_id, manifest)

    assert set(reference.columns) == {*FEATURE_NAMES, "probability"}
    assert all(np.isclose(column.shares.sum(), 1) for column in reference.columns.values())
    assert reference.n == trained.metrics["n_population"]


def test_the_fitted_parts_can_be_read_by_a_data_scientist(shelf, trained):
    parts = joblib.load(shelf / trained.bundle_id / "training.joblib")

    assert set(parts) == {"hyperparameters", "calibration", "rhythm_regression"}


def test_the_card_names_what_a_reader_asks_for(shelf, trained):
    card = files_of(shelf, trained)["card.md"].decode()

    for part in ("no order_placed", "60 days", "Base rates", "Test", "RFM logistic", "Calibration"):
        assert part in card
    for part in ("Importance", "Tiers", "Limits", "out of time", "resampling"):
        assert part.lower() in card.lower()


def test_progress_counts_up_to_its_end_in_every_stage(tmp_path):
    calls = []
    train(
        shop(n_customers=150),
        churn=NO_ORDER,
        until=UNTIL,
        models=tmp_path,
        on_progress=lambda *call: calls.append(call),
    )

    for stage in {stage for stage, _, _ in calls}:
        done = [(done, total) for name, done, total in calls if name == stage]
        assert done == sorted(done)
        assert done[-1][0] == done[-1][1]


def test_a_horizon_longer_than_the_history_is_extrapolated_from_shorter_windows(tmp_path):
    long = ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 400)
    result = train(shop(), churn=long, until=UNTIL, models=tmp_path)

    assert result.metrics["teacher"] == "rhythm alone"
    assert any("too short for a horizon of 400 days" in warning for warning in result.warnings)
    bundle = open_bundle(tmp_path / result.bundle_id)
    assert bundle.manifest.facts.basis is Basis.RHYTHM
    assert [warning.code for warning in bundle.warnings] == ["fallback"]


def test_a_longer_horizon_predicts_less_churn(tmp_path):
    knots = []
    for days in (300, 500):
        long = ChurnDefinition(ChurnKind.ABSENCE, "order_placed", days)
        early = UNTIL - timedelta(days=120)
        result = train(shop(), churn=long, until=early, models=tmp_path)
        knots.append(open_bundle(tmp_path / result.bundle_id).manifest.facts.percentile_knots)

    assert np.mean(knots[1]) < np.mean(knots[0])


def test_cancellation_is_learned_too(tmp_path):
    rng = np.random.default_rng(3)
    starts = OPENED + (rng.uniform(0, 300, size=400) * DAY).astype(np.int64)
    ends = starts + (rng.exponential(150, size=400) * DAY).astype(np.int64)
    codes = [TYPE_CODES["subscription_started"], TYPE_CODES["subscription_cancelled"]]
    subscribed = with_events(
        shop(),
        customers=np.tile(np.arange(400), 2),
        occurred_at=np.concatenate([starts, ends]),
        kinds=np.repeat(codes, 400),
        until=np.repeat([UNTIL_MICROS + 900 * DAY, NO_MOMENT], 400),
    )

    result = train(subscribed, churn=CANCELLED, until=UNTIL, models=tmp_path)

    manifest = json.loads((tmp_path / result.bundle_id / "manifest.json").read_text())
    assert manifest["churn"]["kind"] == "cancellation"
    assert result.metrics["teacher"] == "booster on all features"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("login", r"nobody has login before the cut-off.*order_placed \("),
        ("bought_a_llama", "bought_a_llama"),
        ("account_known", "use one of feature_used, incident"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_the_reason(tmp_path, event, reason):
    churn = ChurnDefinition(ChurnKind.ABSENCE, event, 60)

    with pytest.raises(TrainingRefused, match=reason):
        train(shop(), churn=churn, until=UNTIL, models=tmp_path)


def test_an_answer_can_say_how_sure_it_is_and_what_is_unusual(shelf, trained):
    bundle = open_bundle(shelf / trained.bundle_id)

    strange = np.nan_to_num(bundle.usual)
    strange[FEATURE_NAMES.index("orders_90d")] = 5_000
    assert bundle.intervals.coverage == 0.9
    assert "orders_90d" in bundle.unusual_features.names_in(strange)
    assert "## Certainty" in (shelf / trained.bundle_id / "card.md").read_text()


def test_an_empty_history_is_refused(tmp_path):
    with pytest.raises(TrainingRefused, match="no activity before the cut-off"):
        train(shop(), churn=NO_ORDER, until=UNTIL - timedelta(days=900), models=tmp_path)
