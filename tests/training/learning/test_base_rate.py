import numpy as np
import pytest
from scipy.special import expit, logit

from training.dataset.dataset import Dataset
from training.dataset.snapshots import Window
from training.learning.base_rate import YEAR, forecast_base_rate, match_base_rate, seasonal_shift

N_ROWS = 400
HORIZON = YEAR // 4


def dataset(base_rates, *, first_as_of, step):
    windows = tuple(
        Window(first_as_of + i * step, first_as_of + i * step + HORIZON)
        for i in range(len(base_rates))
    )
    churned = np.concatenate([
        (np.arange(N_ROWS) < rate * N_ROWS).astype(float) for rate in base_rates
    ])
    window = np.repeat(np.arange(len(base_rates)), N_ROWS)
    customer = np.tile(np.arange(N_ROWS), len(base_rates))
    features = np.zeros((len(churned), 1))
    sizes = (N_ROWS,) * len(base_rates)
    return Dataset(features, churned, customer, window, windows, tuple(base_rates), sizes)


def test_the_base_rate_lies_between_all_three_and_buy_till_you_die_weighs_half():
    flat = [np.full(5, margin) for margin in (0.4, 0.0, -0.8)]

    assert forecast_base_rate(*flat) == pytest.approx(0.5 * 0.4 - 0.25 * 0.8)


def test_extreme_margins_give_a_finite_base_rate():
    assert np.isfinite(forecast_base_rate(np.full(3, 50.0), np.full(3, -50.0), np.zeros(3)))


def test_margins_shifted_to_a_base_rate_keep_their_order_and_have_its_mean():
    margins = np.linspace(-2, 2, 9)

    shifted = match_base_rate(margins, float(logit(0.3)))

    assert expit(shifted).mean() == pytest.approx(0.3)
    assert np.all(np.diff(shifted) > 0)


def test_half_of_last_years_season_is_expected_again():
    rows = dataset([0.5, 0.5, 0.7, 0.5, 0.5], first_as_of=0, step=YEAR // 6)

    season = seasonal_shift(rows, np.zeros(5 * N_ROWS), as_of=YEAR // 3 + YEAR)

    assert season == pytest.approx(0.5 * logit(0.7))


def test_between_two_snapshots_the_season_is_interpolated():
    rows = dataset([0.5, 0.7], first_as_of=0, step=YEAR // 5)

    season = seasonal_shift(rows, np.zeros(2 * N_ROWS), as_of=YEAR // 10 + YEAR)

    assert season == pytest.approx(0.25 * logit(0.7), abs=1e-6)


def test_a_log_of_less_than_a_year_knows_no_season():
    rows = dataset([0.4, 0.6], first_as_of=YEAR // 2, step=YEAR // 4)

    assert seasonal_shift(rows, np.zeros(2 * N_ROWS), as_of=YEAR) == 0


def test_a_window_in_which_everybody_did_the_same_shows_no_season():
    rows = dataset([0.0, 1.0], first_as_of=0, step=YEAR // 4)

    assert seasonal_shift(rows, np.zeros(2 * N_ROWS), as_of=YEAR) == 0
