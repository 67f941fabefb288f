import pytest

from app.statistics.intervals import wilson_interval, z_value


def test_the_interval_of_five_in_ten():
    assert wilson_interval(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_none_of_ten_may_still_be_one_in_four():
    low, high = wilson_interval(0, 10)

    assert low == pytest.approx(0)
    assert high == pytest.approx(0.2775, abs=1e-4)


def test_nine_in_ten_lie_within_1_64_deviations():
    assert z_value(0.9) == pytest.approx(1.6448536)
