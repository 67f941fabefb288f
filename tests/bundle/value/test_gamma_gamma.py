import pytest

from app.bundle.value.gamma_gamma import GammaGamma, expected_amount


def test_an_amount_lies_between_the_own_mean_and_that_of_all():
    spending = GammaGamma(p=6.0, q=4.0, v=15.0)  # all together: 6 * 15 / 3 = 30
    assert expected_amount(spending, 0.0, 0.0) == pytest.approx(30.0)
    # Fader and Hardie 2013, equation 5: weight of one's own mean 6 * 2 / (6 * 2 + 3) = 0.8.
    assert expected_amount(spending, 2.0, 80.0) == pytest.approx(0.2 * 30 + 0.8 * 80)
