import numpy as np
import pytest

from app.bundle.value.next_order import median_days_to_order, median_level
from app.bundle.value.pareto_nbd import ParetoNbd, log_odds_dropped_out, no_order_probability

# Fader and Hardie's fit to 2,357 customers of CDNOW, in weeks.
CDNOW = ParetoNbd(r=0.553, alpha=10.578, s=0.606, beta=11.669)


def test_by_the_median_date_half_have_ordered():
    dropped_out = log_odds_dropped_out(CDNOW, 9.0, 37.0, 39.0)
    wait = median_days_to_order(CDNOW, dropped_out, 9.0, 39.0, 365.0, 0.5)
    assert no_order_probability(CDNOW, dropped_out, 9.0, 39.0, wait) == pytest.approx(0.5, abs=1e-9)


def test_the_level_makes_the_median_agree_with_a_better_probability():
    # Whoever orders within 26 weeks with probability one half has the median there.
    dropped_out = log_odds_dropped_out(CDNOW, 9.0, 37.0, 39.0)
    level = median_level(CDNOW, dropped_out, 9.0, 39.0, 26.0, 0.5)
    wait = median_days_to_order(CDNOW, dropped_out, 9.0, 39.0, 365.0, level)
    assert wait == pytest.approx(26.0, abs=1e-6)


def test_without_a_better_probability_the_level_is_one_half():
    dropped_out = log_odds_dropped_out(CDNOW, 9.0, 37.0, 39.0)
    assert median_level(CDNOW, dropped_out, 9.0, 39.0, 26.0, np.nan) == 0.5
