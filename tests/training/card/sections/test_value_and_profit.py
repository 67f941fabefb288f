"""What the card says about value and about what contact earns."""

from dataclasses import replace

import numpy as np
import pytest

from app.bundle.value.estimator import ExpectedValueColumns
from app.documents.document import Figure, Note, Paragraph, Section, Table
from app.domain.tier_policies import SharePolicy, ValuePolicy
from tests.training.shops import UNTIL_MICROS, run_of, shop
from training.card.sections.profit import profit_section
from training.card.sections.value import value_section
from training.dataset.snapshots import Window
from training.testing.holdout import Holdout
from training.value.backtest import backtest_value
from training.value.buyers import buyers_at

DAY = 86_400_000_000
POLICY = ValuePolicy("value-d5-f1-g0.3", 1.0, (5.0,), 0.3, value_otherwise=60.0)
SHARES = SharePolicy("shares-22-48-30", medium_from=0.3, high_from=0.6)


@pytest.fixture(scope="module")
def history():
    return shop(n_customers=700)


@pytest.fixture(scope="module")
def holdout(history):
    _, features = buyers_at(history, as_of=UNTIL_MICROS)
    rng = np.random.default_rng(0)
    predicted = rng.uniform(0.05, 0.95, size=len(features))
    churned = (rng.random(len(predicted)) < predicted).astype(np.float64)
    window = Window(UNTIL_MICROS, UNTIL_MICROS + 60 * DAY)
    return Holdout(window, features, churned, predicted, None, np.zeros(len(predicted), np.int64))


@pytest.fixture(scope="module")
def value_test(history, holdout):
    # The outcomes lie after `UNTIL`, so the run must know them.
    run = replace(run_of(history), known=history)
    return backtest_value(run, holdout)


def texts(section: Section) -> str:
    return "\n".join(b.text for b in section.blocks if isinstance(b, Paragraph | Note))


def tables(section: Section) -> list[Table]:
    return [b for b in section.blocks if isinstance(b, Table)]


def today(n=4):
    revenue = np.array([10.0, 20.0, 30.0, np.nan])[:n]
    return ExpectedValueColumns(*[revenue] * 6, 0.5 * revenue)


def test_forecasts_made_earlier_are_compared_with_what_came(value_test, holdout):
    assert value_test.n_buyers == len(holdout.predicted)
    assert abs(value_test.orders.total_bias) < 0.2
    assert value_test.revenue.spearman > 0.3
    assert np.isfinite(value_test.values).all()


def test_a_log_with_few_buyers_has_no_test_of_value(holdout):
    assert backtest_value(run_of(shop(n_customers=60)), holdout) is None


def test_the_section_states_totals_what_is_at_risk_and_the_test(value_test):
    section = value_section(today(), value_test, currency="EUR")
    assert "75.0 % have a value" in texts(section)
    assert "bring 60 EUR in the next 12 months, 30 of it at risk" in texts(section)
    metrics, *tenths = tables(section)
    assert [row[0] for row in metrics.rows] == ["orders", "revenue of orders"]
    assert all(len(table.rows) == 10 for table in tenths)


@pytest.mark.parametrize("expected", [None, today()])
def test_it_says_so_where_nothing_can_be_predicted_or_tested(expected):
    section = value_section(expected, None, currency=None)
    assert tables(section) == []
    said = texts(section)
    assert ("No value is predicted" in said) != ("no figure vouches for the value" in said)


def test_the_profit_of_the_policy_and_of_the_ranking_is_stated(holdout, value_test):
    section = profit_section(
        POLICY,
        np.array([0.9, 0.2, 0.01]),
        np.array([100.0, 30.0, np.nan]),
        holdout=holdout,
        holdout_values=value_test.values,
        currency="EUR",
    )
    # 100: an offer pays (.9 × .3 × 95 − .1 × 5 − 1 = 24.15); 30: the contact alone (.8).
    assert "1 customers are High (an offer pays), 1 Medium" in texts(section)
    assert tables(section)[0].rows[0][1] == "25"
    assert "EMPC" in texts(section)
    (figure,) = [block for block in section.blocks if isinstance(block, Figure)]
    assert figure.svg.startswith("<svg")
    assert len(figure.table.rows) == 6


def test_with_shares_the_costs_are_the_papers_shares_of_the_median(holdout, value_test):
    section = profit_section(
        SHARES,
        np.array([0.5]),
        np.array([1.0]),
        holdout=holdout,
        holdout_values=value_test.values,
        currency=None,
    )
    (figure,) = [block for block in section.blocks if isinstance(block, Figure)]
    assert f"offer {np.median(value_test.values) / 20:.4g}" in figure.caption
    assert "the paper's shares" in figure.caption


def test_without_a_test_nothing_is_claimed():
    section = profit_section(
        SHARES, np.array([0.5]), np.array([1.0]), holdout=None, holdout_values=None, currency=None
    )
    assert "nothing is known of what contact would earn" in texts(section)
    assert "Save rates are assumptions" in texts(section)
