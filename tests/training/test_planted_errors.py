"""Mistakes that make churn models look good: each is planted, and is caught or has no effect.

In the order of what is planted: a feature taken inside the label window, a duplicate customer
across folds, a resampled training set, a changed column order, a clock in local time, and an event
that arrived after the snapshot.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from app.bundle.opening import open_bundle
from app.domain.errors import BundleRefused, TrainingRefused
from app.features.catalogue import FEATURE_NAMES
from app.features.history import History
from app.files.activity import read_activity
from app.files.file_reading import FileReading
from tests.training.shops import (
    DAY,
    NO_ORDER,
    OPENED,
    ORDER,
    UNTIL,
    UNTIL_MICROS,
    run_of,
    shifted,
    shop,
    with_events,
)
from training.dataset import dataset as dataset_module
from training.dataset.dataset import dataset_of
from training.dataset.folds import folds_of
from training.dataset.history_slices import known_before, select_customers
from training.dataset.snapshots import closed_windows
from training.hyperparameters import Hyperparameters
from training.learning import learn as learn_module
from training.learning import student as student_module
from training.learning.cross_fitting import cross_fit
from training.train import train

HOUR = DAY // 24
WINDOWS = closed_windows(first_at=OPENED, until=UNTIL_MICROS, horizon_days=60)


def learn_from(history, models, **options):
    return train(history, churn=NO_ORDER, until=UNTIL, models=models, currency="EUR", **options)


def serving(history, *, until=UNTIL_MICROS):
    """Return the booster and calibration that would serve."""
    student = learn_module.learn(run_of(history, until=until)).student
    return student.booster_text, student.calibration


@pytest.fixture(scope="module")
def honest():
    """What the untouched shop teaches; what has no effect teaches the same."""
    return serving(shop())


def nothing_published(models):
    return not list(models.glob("*/manifest.json"))


def test_a_feature_taken_inside_the_label_window_is_caught(tmp_path, monkeypatch):
    measure = dataset_module.features_of

    def leaky(history, *, as_of):
        features = measure(history, as_of=as_of)
        later = measure(history, as_of=as_of + 60 * DAY)
        features[:, 3] = later[:, FEATURE_NAMES.index("orders_60d")]
        return features

    monkeypatch.setattr(dataset_module, "features_of", leaky)

    with pytest.raises(TrainingRefused, match=f"leak.*{FEATURE_NAMES[3]}"):
        learn_from(shop(), tmp_path)
    assert nothing_published(tmp_path)


def test_a_duplicate_customer_is_in_one_fold_only():
    """Labels are pure noise, the same for a customer and the double: only memory predicts them."""
    twice = doubled(shop())
    rows = dataset_of(known_before(twice, moment=UNTIL_MICROS), NO_ORDER, WINDOWS[-2:], seed=0)
    noise = (np.random.default_rng(0).uniform(size=400) < 0.5).astype(float)[rows.customer % 400]
    by_id = folds_of(twice.customer_ids, n_folds=4, seed=0)[rows.customer]
    by_row = np.arange(len(noise)) % 4

    def predictability(folds):
        hyperparameters = Hyperparameters(
            min_rows_per_leaf=2, num_leaves=31, max_rounds=80, patience=80
        )
        fitted = cross_fit(
            rows.features,
            noise,
            folds,
            names=FEATURE_NAMES,
            hyperparameters=hyperparameters,
            seed=0,
        )
        return abs(np.corrcoef(fitted.margins, noise)[0, 1])

    assert predictability(by_row) > 0.4
    assert predictability(by_id) < 0.2


def doubled(history: History) -> History:
    """Return every customer twice, under one id."""
    return select_customers(history, np.tile(np.arange(history.n_customers), 2))


@pytest.mark.parametrize("again", ["churned", "all"])
def test_a_resampled_training_set_is_caught(tmp_path, monkeypatch, again):
    honest_rows = learn_module.dataset_of

    def resampled(history, churn, windows, **options):
        rows = honest_rows(history, churn, windows, **options)
        more = np.flatnonzero(rows.churned if again == "churned" else np.ones(len(rows.churned)))
        chosen = np.concatenate([np.arange(len(rows.churned)), more])
        columns = ("features", "churned", "customer", "window")
        return replace(rows, **{name: getattr(rows, name)[chosen] for name in columns})

    monkeypatch.setattr(learn_module, "dataset_of", resampled)

    with pytest.raises(TrainingRefused, match="resampled"):
        learn_from(shop(), tmp_path)
    assert nothing_published(tmp_path)


def test_classes_that_were_balanced_by_leaving_rows_out_are_caught(tmp_path, monkeypatch):
    honest_rows = learn_module.dataset_of

    def balanced(history, churn, windows, **options):
        rows = honest_rows(history, churn, windows, **options)
        stayed = np.flatnonzero(rows.churned == 0)
        keep = np.ones(len(rows.churned), dtype=bool)
        keep[stayed[::2]] = False
        return rows.where(keep)

    monkeypatch.setattr(learn_module, "dataset_of", balanced)

    with pytest.raises(TrainingRefused, match="of the population"):
        learn_from(shop(), tmp_path)


def test_a_changed_column_order_is_caught_before_it_is_published(tmp_path, monkeypatch):
    changed = (FEATURE_NAMES[1], FEATURE_NAMES[0], *FEATURE_NAMES[2:])
    monkeypatch.setattr(student_module, "FEATURE_NAMES", changed)

    with pytest.raises(BundleRefused, match=f"column 0 is '{FEATURE_NAMES[1]}'"):
        learn_from(a_few(), tmp_path)
    assert nothing_published(tmp_path)


def a_few():
    """Return customers too few to learn from: what is taught by rhythm is published alike."""
    return select_customers(shop(), np.arange(20))


def test_a_bundle_whose_features_have_another_order_is_not_opened(tmp_path):
    bundle_id = learn_from(a_few(), tmp_path).bundle_id
    bundle = open_bundle(tmp_path / bundle_id)
    features = bundle.manifest.facts.features

    with pytest.raises(BundleRefused, match="train"):
        open_bundle(
            tmp_path / bundle_id, expected=replace(features, names=tuple(reversed(features.names)))
        )


def test_a_clock_in_local_time_is_refused_until_somebody_says_whose(tmp_path):
    log = tmp_path / "activity.csv"
    log.write_text("event_id,customer_id,occurred_at,type\ne,c,2026-07-01 09:00,login\n")

    assert "--timezone" in read_activity(log).rejects["reason"][0]
    read = read_activity(log, reading=FileReading(timezone="Europe/London")).good
    assert read["occurred_at"][0] == datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_a_clock_that_runs_ahead_shows_nothing_of_the_future(honest):
    """Local times written as UTC put evenings behind the cut-off: they are not read."""
    known = known_before(shop(), moment=UNTIL_MICROS)
    ahead = shifted(known, micros=9 * HOUR)
    evening = np.flatnonzero(ahead.occurred_at >= UNTIL_MICROS)
    planted = with_events(
        known,
        customers=np.zeros(len(evening), dtype=int),
        occurred_at=ahead.occurred_at[evening],
        kinds=np.full(len(evening), ORDER),
    )

    assert serving(planted) == honest


def test_a_cut_off_without_a_zone_is_refused_and_any_zone_names_the_same_moment(tmp_path):
    for until in (UNTIL, UNTIL.astimezone(timezone(timedelta(hours=9)))):
        train(a_few(), churn=NO_ORDER, until=until, models=tmp_path)

    assert len(list(tmp_path.glob("*/manifest.json"))) == 1
    with pytest.raises(ValueError, match="time zone"):
        train(a_few(), churn=NO_ORDER, until=UNTIL.replace(tzinfo=None), models=tmp_path)


def test_an_event_that_arrived_after_the_snapshot_has_no_effect(honest):
    planted = with_events(
        shop(),
        customers=np.arange(400),
        occurred_at=np.full(400, UNTIL_MICROS - 5 * DAY),
        kinds=np.full(400, ORDER),
        received_at=np.full(400, UNTIL_MICROS),
    )

    assert serving(planted) == honest


def test_a_feature_that_reads_what_was_received_later_is_caught(tmp_path, monkeypatch):
    measure = dataset_module.features_of
    late = with_events(
        shop(),
        customers=np.arange(400),
        occurred_at=np.full(400, UNTIL_MICROS - 75 * DAY),
        kinds=np.full(400, ORDER),
        received_at=np.full(400, UNTIL_MICROS - 10 * DAY),
    )

    def credulous(history, *, as_of):
        return measure(replace(history, received_at=history.occurred_at), as_of=as_of)

    monkeypatch.setattr(dataset_module, "features_of", credulous)

    with pytest.raises(TrainingRefused, match="leak"):
        learn_from(late, tmp_path)
