"""Metrics one can check in the head."""

import numpy as np
import pytest

from training.value.value_metrics import value_metrics_of

HAPPENED = np.array([0.0, 0.0, 1.0, 3.0])


def test_the_truth_is_perfect():
    metrics = value_metrics_of(HAPPENED, HAPPENED)
    assert (metrics.rmse, metrics.gini, metrics.total_bias) == (0.0, pytest.approx(1.0), 0.0)
    assert metrics.spearman == pytest.approx(1.0)


def test_one_number_for_everybody_ranks_nobody():
    metrics = value_metrics_of(HAPPENED, np.ones(4))
    assert metrics.rmse == pytest.approx(np.sqrt((1 + 1 + 0 + 4) / 4))
    assert metrics.gini == pytest.approx(0.0)
    assert metrics.total_bias == 0.0
    assert np.isnan(metrics.spearman)


def test_the_reverse_of_the_truth_is_as_wrong_as_can_be():
    assert value_metrics_of(HAPPENED, -HAPPENED).gini == pytest.approx(-1.0)


def test_twice_too_much_is_a_bias_of_one():
    assert value_metrics_of(HAPPENED, 2 * HAPPENED).total_bias == pytest.approx(1.0)


def test_tenths_go_from_low_forecasts_to_high():
    truth = np.arange(20.0)
    deciles = value_metrics_of(truth, truth[::-1].copy()).deciles
    assert deciles[0] == (0.5, 18.5)
    assert deciles[-1] == (18.5, 0.5)


@pytest.mark.parametrize("forecast", [np.ones(3), np.array([1.0, np.nan, 1.0, 1.0])])
def test_gaps_are_refused(forecast):
    with pytest.raises(ValueError, match="finite"):
        value_metrics_of(HAPPENED, forecast)


def test_a_window_without_any_order_is_refused():
    with pytest.raises(ValueError, match="nothing happened"):
        value_metrics_of(np.zeros(4), np.ones(4))
