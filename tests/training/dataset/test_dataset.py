import lightgbm as lgb
import numpy as np

from app.features.catalogue import FEATURE_NAMES
from tests.training.shops import DAY, NO_ORDER, OPENED, UNTIL_MICROS, shop
from training.dataset.dataset import dataset_of
from training.dataset.folds import folds_of
from training.dataset.history_slices import known_before
from training.dataset.leaks import implausible_auc_warning
from training.dataset.snapshots import closed_windows
from training.hyperparameters import Hyperparameters
from training.learning.cross_fitting import cross_fit

WINDOWS = closed_windows(first_at=OPENED, until=UNTIL_MICROS, horizon_days=60)


def dataset(**options):
    known = known_before(shop(), moment=UNTIL_MICROS)
    return dataset_of(known, NO_ORDER, WINDOWS, seed=0, **options)


def test_a_customer_appears_once_per_snapshot():
    rows = dataset()

    assert len(np.unique(np.column_stack([rows.customer, rows.window]), axis=0)) == len(rows.window)


def test_base_rates_are_those_of_the_rows():
    """Nothing is resampled: the classes have the shares that the population has."""
    rows = dataset()

    for position, rate in enumerate(rows.base_rates):
        assert rows.churned[rows.window == position].mean() == rate


def test_a_bounded_sample_keeps_the_base_rates_of_the_population():
    sample = dataset(max_rows=len(WINDOWS) * 50)

    assert len(sample.churned) <= len(WINDOWS) * 50
    assert sample.base_rates == dataset().base_rates


def test_features_of_a_snapshot_do_not_see_its_label_window():
    first = WINDOWS[0]
    blind = dataset_of(known_before(shop(), moment=first.as_of), NO_ORDER, (first,), seed=0)
    seeing = dataset().where(dataset().window == 0)

    assert blind.features.tobytes() == seeing.features.tobytes()


def test_a_resampled_training_set_would_show_in_the_mean_probability():
    """Every churned row twice: the fit says so, its out-of-fold mean leaves the base rate."""
    rows = dataset()
    folds = folds_of(shop().customer_ids, n_folds=4, seed=0)[rows.customer]
    twice = np.concatenate([np.arange(len(rows.churned)), np.flatnonzero(rows.churned)])

    means = []
    for chosen in (np.arange(len(rows.churned)), twice):
        fitted = cross_fit(
            rows.features[chosen],
            rows.churned[chosen],
            folds[chosen],
            names=FEATURE_NAMES,
            hyperparameters=Hyperparameters(max_rounds=60),
            seed=0,
        )
        means.append(np.mean(1 / (1 + np.exp(-fitted.margins))))

    assert abs(means[0] - rows.churned.mean()) < 0.02
    assert means[1] - rows.churned.mean() > 0.05


def test_columns_carry_their_names_into_the_booster():
    """A changed column order is another feature set: the names travel with the trees."""
    rows = dataset()
    folds = folds_of(shop().customer_ids, n_folds=4, seed=0)[rows.customer]
    hyperparameters = Hyperparameters(max_rounds=5)
    fitted = cross_fit(
        rows.features,
        rows.churned,
        folds,
        names=FEATURE_NAMES,
        hyperparameters=hyperparameters,
        seed=0,
    )

    assert tuple(lgb.Booster(model_str=fitted.booster_text).feature_name()) == FEATURE_NAMES


def test_out_of_fold_margins_come_from_trees_that_never_saw_the_customer():
    """Labels of pure noise: seen rows would be fitted, unseen ones cannot be."""
    rows = dataset()
    rng = np.random.default_rng(0)
    noise = (rng.uniform(size=400) < 0.5).astype(float)[rows.customer]
    folds = folds_of(shop().customer_ids, n_folds=4, seed=0)[rows.customer]
    hyperparameters = Hyperparameters(min_rows_per_leaf=5, max_rounds=80, patience=80)

    fitted = cross_fit(
        rows.features, noise, folds, names=FEATURE_NAMES, hyperparameters=hyperparameters, seed=0
    )

    assert abs(np.corrcoef(fitted.margins, noise)[0, 1]) < 0.15


def test_an_auc_too_good_to_be_true_is_warned_about():
    assert implausible_auc_warning(0.98) is None
    assert "too good to be true" in implausible_auc_warning(0.995)


def test_windows_do_not_depend_on_the_day_of_the_week():
    later = closed_windows(first_at=OPENED + 3 * DAY, until=UNTIL_MICROS + 3 * DAY, horizon_days=60)

    assert [w.as_of - 3 * DAY for w in later] == [w.as_of for w in WINDOWS]
