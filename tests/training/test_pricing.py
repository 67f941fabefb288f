"""What customers are worth goes into tiers, figures and the card."""

from dataclasses import replace

import numpy as np
import pytest

from app.domain.errors import TrainingRefused
from app.domain.tiers import TierPolicy, ValuePolicy
from tests.training.shops import CANCELLED, NO_ORDER, UNTIL, UNTIL_MICROS, shop
from training.dataset.snapshots import Window
from training.pricing import worth_of
from training.testing import holdout as held
from training.tiers.cut_points import ContactCosts
from training.value.buyers import buyers_at

DAY = 86_400_000_000
COSTS = ContactCosts(1.0, (5.0,), 0.3)


def silently(_stage, _done, _total):
    pass


@pytest.fixture(scope="module")
def history():
    return shop(n_customers=220)


@pytest.fixture(scope="module")
def make(history):
    def make(*, log=history, costs=COSTS, churn=NO_ORDER, on_progress=silently, test=True):
        _, features = buyers_at(log, as_of=UNTIL_MICROS)
        said = np.linspace(0.05, 0.95, len(features))
        churned = (np.arange(len(said)) % 3 == 0).astype(np.float64)
        window = Window(UNTIL_MICROS - 60 * DAY, UNTIL_MICROS)
        tested = held.Holdout(window, features, churned, said, None, np.zeros(len(said), np.int64))
        return worth_of(
            log,
            churn,
            until=UNTIL,
            population=features,
            probabilities=said,
            tested=tested if test else None,
            costs=costs,
            seed=0,
            on_progress=on_progress,
        )

    return make


@pytest.fixture(scope="module")
def worth(make):
    return make()


def test_tiers_by_value_rest_on_what_the_population_is_worth(worth):
    assert isinstance(worth.policy, ValuePolicy)
    assert worth.policy.value_otherwise == pytest.approx(np.median(worth.values))


def test_the_figures_go_into_the_manifest(worth):
    metrics = worth.metrics()
    assert set(metrics) == {"value_test", "empc", "expected_profit"}
    assert set(metrics["value_test"]) == {"orders", "revenue"}
    assert [section.title for section in worth.sections(currency="EUR")] == [
        "Value",
        "Profit of contact",
    ]


def test_the_same_log_and_seed_give_the_same_worth(make, worth):
    again = make()
    assert again.model == worth.model
    assert again.policy == worth.policy
    assert again.metrics() == worth.metrics()


def test_progress_is_told_to_the_end(make):
    steps = []
    few = shop(n_customers=60)
    make(log=few, costs=None, on_progress=lambda *step: steps.append(step), test=False)
    assert steps == [("value", 0, 2), ("value", 1, 2), ("value", 2, 2)]


def test_few_buyers_have_no_value_and_shares_go_on(make):
    few = make(log=shop(n_customers=60), costs=None)
    assert few.model is None
    assert few.expected is None
    assert isinstance(few.policy, TierPolicy)
    assert "value_test" not in few.metrics()


def test_tiers_by_value_are_refused_for_few_buyers(make):
    with pytest.raises(TrainingRefused, match="tell"):
        make(log=shop(n_customers=60), test=False)


def test_a_contract_without_a_price_has_orders_and_no_value(make):
    found = make(costs=None, churn=CANCELLED, test=False)
    assert np.isfinite(found.expected.orders).all()
    assert np.isnan(found.values).all()


def test_capacity_counts_the_whole_population(make, history):
    limited = make(costs=replace(COSTS, capacity_per_week=20), test=False)
    contacted = limited.probabilities * 0.3 * limited.values - 1 >= limited.policy.capacity_price
    assert contacted.sum() == 20
