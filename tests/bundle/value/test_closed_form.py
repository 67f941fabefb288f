import math

import numpy as np
import pytest

from app.bundle.value.closed_form import compute_closed_form
from app.bundle.value.gamma_gamma import GammaGamma, expected_amount
from app.bundle.value.pareto_nbd import ParetoNbd, expected_order_days, log_odds_dropped_out
from tests.bundle.value.models import buyer

TIMING = ParetoNbd(0.6, 75.0, 0.6, 80.0)
SPENDING = GammaGamma(6.0, 3.7, 15.0)


def closed_form(row, spending=SPENDING):
    return compute_closed_form(
        np.array([row]), timing=TIMING, spending=spending, reference_days=90.0
    )


def test_it_expects_what_pareto_nbd_and_gamma_gamma_say():
    # Five orders of 40 on four days: three repeats, the last 180 days after the first, 50 a day.
    found = closed_form(buyer(5.0, 4.0, 200.0, 20.0, 40.0))

    dropped_out = log_odds_dropped_out(TIMING, 3.0, 180.0, 200.0)
    days = expected_order_days(TIMING, dropped_out, 3.0, 200.0, 90.0)
    amount = expected_amount(SPENDING, 4.0, 50.0)
    assert found.order_days.tolist() == [days]
    assert found.amount.tolist() == [amount]
    assert found.descriptors[0] == pytest.approx([
        1.0,
        math.log(amount),
        math.log(amount),
        math.log(4.0),
        20.0 / 200.0,
        math.log(days),
    ])


def test_orders_of_a_single_day_are_no_repeat():
    found = closed_form(buyer(3.0, 1.0, 30.0, 30.0, 40.0))

    repeated, log_amount, log_amount_if_repeated, log_repeats, silence, _ = found.descriptors[0]
    assert (repeated, log_amount_if_repeated, log_repeats, silence) == (0.0, 0.0, 0.0, 1.0)
    assert log_amount > 0


def test_nothing_is_expected_of_a_customer_who_never_ordered():
    found = closed_form(buyer(0.0, 0.0, np.nan, np.nan, np.nan))

    assert np.isnan(found.order_days[0])
    assert np.isnan(found.amount[0])


def test_without_known_amounts_there_is_no_amount():
    assert np.isnan(closed_form(buyer(amount=np.nan)).amount[0])
    assert np.isnan(closed_form(buyer(), spending=None).amount[0])
