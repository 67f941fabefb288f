"""What customers are worth goes into tiers, metrics and the card."""

from dataclasses import replace

import numpy as np
import pytest

from app.domain.errors import TrainingRefused
from app.domain.tier_policies import SharePolicy, ValuePolicy
from app.features.population import in_population
from tests.training.shops import CANCELLED, DAY, NO_ORDER, UNTIL_MICROS, run_of, shop
from training.card.sections.profit import profit_section
from training.card.sections.value import value_section
from training.certainty.certainty import Certainty
from training.dataset.dataset import dataset_of
from training.dataset.snapshots import Window
from training.facts import metrics_of
from training.findings import TrainingFindings
from training.learning.learn import LearningResult
from training.learning.teacher import Teacher
from training.run import silently
from training.testing.backtest import Backtest
from training.testing.backtests import NO_BACKTESTS, Backtests
from training.testing.holdout import Holdout, holdout_metrics_of
from training.tiers.contact_costs import ContactCosts
from training.tiers.cut_points import tier_policy
from training.value.buyers import buyers_at
from training.value.estimate import estimate_value

COSTS = ContactCosts(1.0, (5.0,), 0.3)
TESTED = Window(UNTIL_MICROS - 60 * DAY, UNTIL_MICROS)


@pytest.fixture(scope="module")
def history():
    return shop(n_customers=220)


@pytest.fixture(scope="module")
def make(history):
    def make(*, log=history, costs=COSTS, churn=NO_ORDER, on_progress=silently, test=True):
        _, features = buyers_at(log, as_of=UNTIL_MICROS)
        predicted = np.linspace(0.05, 0.95, len(features))
        churned = (np.arange(len(predicted)) % 3 == 0).astype(np.float64)
        tiers = np.zeros(len(predicted), np.int64)
        holdout = Holdout(TESTED, features, churned, predicted, None, tiers)
        run = run_of(log, churn=churn, costs=costs, on_progress=on_progress)
        value = estimate_value(run, features, predicted, holdout=holdout if test else None)
        policy = tier_policy(
            predicted,
            value.values_of(len(predicted)),
            costs=costs,
            n_population=int(in_population(run.known, churn, as_of=UNTIL_MICROS).sum()),
        )
        backtests = NO_BACKTESTS
        if test:
            backtests = Backtests(Backtest(holdout, holdout_metrics_of(holdout, seed=0)))
        rows = dataset_of(run.known, NO_ORDER, (TESTED,), seed=0)
        learning = LearningResult(
            student=None,
            teacher=Teacher(None, None, None),
            dataset=rows,
            stretched=False,
            population=features,
            reactivation=None,
        )
        certainty = Certainty(None, None, ())
        return TrainingFindings(run, learning, predicted, backtests, value, policy, None, certainty)

    return make


@pytest.fixture(scope="module")
def found(make):
    return make()


def test_tiers_by_value_rest_on_what_the_population_is_worth(found):
    assert isinstance(found.tiers, ValuePolicy)
    assert found.tiers.value_otherwise == pytest.approx(np.median(found.values))


def test_the_metrics_go_into_the_manifest(found):
    metrics = metrics_of(found)
    assert {"value_test", "empc", "expected_profit"} <= set(metrics)
    assert set(metrics["value_test"]) == {"orders", "revenue"}


def test_value_and_profit_go_into_the_card(found):
    sections = (
        value_section(found.value.expected, found.value.backtest, currency="EUR"),
        profit_section(
            found.tiers,
            found.probabilities,
            found.values,
            holdout=found.backtests.newest.holdout,
            holdout_values=found.value.backtest.values,
            currency="EUR",
        ),
    )
    assert [section.title for section in sections] == ["Value", "Profit of contact"]


def test_the_same_log_and_seed_give_the_same_value_and_tiers(make, found):
    again = make()
    assert again.value.model == found.value.model
    assert again.tiers == found.tiers
    assert metrics_of(again) == metrics_of(found)


def test_progress_is_reported_to_the_end(make):
    steps = []
    few = shop(n_customers=60)
    make(log=few, costs=None, on_progress=lambda *step: steps.append(step), test=False)
    assert steps == [("Estimating value", done, 2) for done in (0, 1, 2)]


def test_few_buyers_have_no_value_and_tiers_by_shares_all_the_same(make):
    few = make(log=shop(n_customers=60), costs=None)
    assert few.value.model is None
    assert few.value.expected is None
    assert isinstance(few.tiers, SharePolicy)
    assert "value_test" not in metrics_of(few)


def test_tiers_by_value_are_refused_for_few_buyers(make):
    with pytest.raises(TrainingRefused, match="too little to estimate"):
        make(log=shop(n_customers=60), test=False)


def test_a_contract_without_a_price_has_orders_and_no_value(make):
    found = make(costs=None, churn=CANCELLED, test=False)
    assert np.isfinite(found.value.expected.orders).all()
    assert np.isnan(found.values).all()


def test_capacity_counts_the_whole_population(make):
    limited = make(costs=replace(COSTS, capacity_per_week=20), test=False)
    contacted = limited.probabilities * 0.3 * limited.values - 1 >= limited.tiers.capacity_price
    assert contacted.sum() == 20
