"""Published fits of 2,357 customers of CDNOW, weeks 1 to 39.

Pareto/NBD and BG/NBD: Fader, Hardie, Lee, "Counting Your Customers the Easy Way", 2005, table 2.
The log of their purchases ships in the package `lifetimes` 0.11.3; only its data file is read.
"""

from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from app.bundle.value.pareto_nbd import (
    ParetoNbd,
    expected_order_days,
    log_likelihoods,
    log_odds_dropped_out,
)
from benchmarks.quality.bg_nbd import bg_nbd_expected
from training.learning.btyd import Rhythms, bg_nbd, fit_parameters
from training.value.closed_form import pareto_nbd

BG_NBD = np.log([0.243, 4.414, 0.793, 2.426])
PARETO_NBD = ParetoNbd(0.553, 10.578, 0.606, 11.669)
LAST_DAY = date(1997, 9, 30)


@pytest.fixture(scope="module")
def rhythms() -> Rhythms:
    """The customers' rhythms, in weeks, repeats by day."""
    found = find_spec("lifetimes")  # for its data; `make test` installs it
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / "datasets" / "CDNOW_sample.txt"
    days: dict[str, set[date]] = {}
    for line in path.read_text().splitlines():
        customer, _, day, *_ = line.split()
        moment = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        if moment <= LAST_DAY:
            days.setdefault(customer, set()).add(moment)
    first = np.array([min(seen).toordinal() for seen in days.values()])
    last = np.array([max(seen).toordinal() for seen in days.values()])
    repeats = np.array([len(seen) - 1 for seen in days.values()], dtype=np.float64)
    return Rhythms(repeats, (last - first) / 7, (LAST_DAY.toordinal() - first) / 7)


def test_there_are_as_many_customers_as_published(rhythms):
    assert len(rhythms.repeats) == 2357


def test_the_log_likelihoods_at_the_published_parameters_are_the_published_ones(rhythms):
    columns = (rhythms.repeats, rhythms.last_at, rhythms.age)
    assert log_likelihoods(PARETO_NBD, *columns).sum() == pytest.approx(-9595.0, abs=0.1)
    assert bg_nbd(BG_NBD, *columns).sum() == pytest.approx(-9582.4, abs=0.1)


def test_fits_explain_the_log_as_well_as_the_published_ones(rhythms):
    # The likelihood is flat along s and beta: other parameters are as good.
    columns = (rhythms.repeats, rhythms.last_at, rhythms.age)
    pareto = fit_parameters(pareto_nbd, rhythms)
    assert pareto_nbd(pareto, *columns).sum() > -9595.0 - 0.5
    assert bg_nbd(fit_parameters(bg_nbd, rhythms), *columns).sum() > -9582.4 - 0.5
    np.testing.assert_allclose(np.exp(pareto[:2]), PARETO_NBD[:2], rtol=0.05)


def test_pareto_nbd_says_the_published_of_customer_1516():
    # Package BTYD, vignette: x = 26, t_x = 30.86, T = 31; P(alive), and orders of 52 weeks.
    gone = log_odds_dropped_out(PARETO_NBD, 26.0, 30.86, 31.0)
    assert 1 / (1 + np.exp(gone)) == pytest.approx(0.9979, abs=1e-4)
    said = expected_order_days(PARETO_NBD, gone, 26.0, 31.0, 52.0)
    assert said == pytest.approx(25.46, abs=0.01)


def test_bg_nbd_expects_the_published_orders():
    # Fader, Hardie, Lee, "Implementing the BG/NBD Model in Excel": customer 1 in 39 weeks, 1.226.
    one = Rhythms(np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert bg_nbd_expected(BG_NBD, one, 39.0)[0] == pytest.approx(1.226, abs=0.001)
    # Package BTYD, vignette: customer 1516 in 52 weeks.
    frequent = Rhythms(np.array([26.0]), np.array([30.86]), np.array([31.0]))
    assert bg_nbd_expected(BG_NBD, frequent, 52.0)[0] == pytest.approx(25.76, abs=0.02)


def test_bg_nbd_expects_of_a_newcomer_what_the_literature_does():
    # Equation 9 there: E[X(t)] of somebody just acquired, 39 weeks: about 1.1 repeats.
    new = Rhythms(np.zeros(1), np.zeros(1), np.zeros(1))
    r, alpha, a, b = np.exp(BG_NBD)
    rng = np.random.default_rng(0)
    rates, drops = rng.gamma(r, 1 / alpha, 40_000), rng.beta(a, b, 40_000)
    # Given both, the expectation is (1 - exp(-rate * drop * t)) / drop.
    drawn = (-np.expm1(-rates * drops * 39.0) / drops).mean()
    assert bg_nbd_expected(BG_NBD, new, 39.0)[0] == pytest.approx(drawn, rel=0.03)
