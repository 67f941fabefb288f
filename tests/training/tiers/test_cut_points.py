from dataclasses import replace

import numpy as np
import pytest

from app.domain.errors import TrainingRefused
from training.tiers.assignment import tier_shares
from training.tiers.contact_costs import ContactCosts
from training.tiers.cut_points import policy_by_shares, policy_by_value


def test_shares_come_out_as_wanted():
    probabilities = np.random.default_rng(0).uniform(size=50_000)

    shares = tier_shares(probabilities, policy_by_shares(probabilities))

    assert shares == pytest.approx({"high": 0.22, "medium": 0.48, "low": 0.30}, abs=1e-4)


def test_the_version_names_the_shares():
    assert policy_by_shares(np.linspace(0.1, 0.9, 100)).version == "shares-22-48-30"


def test_customers_with_equal_probabilities_share_a_tier():
    probabilities = np.repeat([0.1, 0.5, 0.9], [20, 60, 20])

    policy = policy_by_shares(probabilities)

    assert tier_shares(probabilities, policy) == pytest.approx({
        "high": 0.2,
        "medium": 0.6,
        "low": 0.2,
    })


@pytest.mark.parametrize("everybody", [0.0, 0.3, 1.0])
def test_nobody_is_high_where_all_are_equal(everybody):
    probabilities = np.full(100, everybody)

    shares = tier_shares(probabilities, policy_by_shares(probabilities))

    assert shares["high"] == (1.0 if everybody == 1.0 else 0.0)


COSTS = ContactCosts(1.0, (10.0, 25.0), 0.3)


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(1)
    values = rng.lognormal(4, 1, size=5_000)
    values[::10] = np.nan
    return rng.beta(2, 3, size=5_000), values


def test_customers_are_high_where_an_offer_pays_and_medium_where_contact_does(people):
    probabilities, values = people
    policy = policy_by_value(probabilities, values, COSTS)
    taken = np.where(np.isnan(values), np.nanmedian(values), values)
    pays = {
        offer: (probabilities * 0.3 * (taken - offer) - (1 - probabilities) * offer - 1 >= 0).mean()
        for offer in (0.0, 10.0)
    }
    assert tier_shares(probabilities, policy, values) == pytest.approx({
        "high": pays[10.0],
        "medium": pays[0.0] - pays[10.0],
        "low": 1 - pays[0.0],
    })


def test_the_version_names_the_costs():
    assert COSTS.version == "value-d10+25-f1-g0.3"
    assert replace(COSTS, capacity_per_week=500).version == "value-d10+25-f1-g0.3-n500"


@pytest.mark.parametrize("n", [0, 1, 137, 2_000])
def test_no_more_are_called_urgent_than_can_be_contacted(people, n):
    probabilities, values = people
    policy = policy_by_value(probabilities, values, replace(COSTS, capacity_per_week=n))
    shares = tier_shares(probabilities, policy, values)
    assert (shares["high"] + shares["medium"]) * 5_000 == pytest.approx(n)


def test_scarce_contacts_are_those_that_earn_most(people):
    probabilities, values = people
    policy = policy_by_value(probabilities, values, replace(COSTS, capacity_per_week=100))
    taken = np.where(np.isnan(values), policy.value_otherwise, values)
    profit = probabilities * 0.3 * taken - 1
    best = np.argsort(-profit)[:100]
    assert set(np.flatnonzero(profit >= policy.capacity_price)) == set(best)


def test_enough_capacity_changes_nothing(people):
    free = policy_by_value(*people, COSTS)
    enough = policy_by_value(*people, replace(COSTS, capacity_per_week=5_000))
    assert replace(enough, version=free.version) == free


def test_a_sample_stands_for_the_whole_population(people):
    whole = policy_by_value(*people, replace(COSTS, capacity_per_week=1_000), n_population=50_000)
    part = policy_by_value(*people, replace(COSTS, capacity_per_week=100))
    assert whole.capacity_price == part.capacity_price


def test_equal_customers_are_contacted_together_or_not_at_all():
    probabilities, values = np.full(10, 0.5), np.full(10, 100.0)
    policy = policy_by_value(probabilities, values, replace(COSTS, capacity_per_week=4))
    assert tier_shares(probabilities, policy, values)["low"] == 1.0


def test_tiers_by_value_are_refused_where_no_value_is_known():
    with pytest.raises(TrainingRefused, match="leave --tier-policy at shares"):
        policy_by_value(np.full(3, 0.5), np.full(3, np.nan), COSTS)


@pytest.mark.parametrize("n", [-1, -100])
def test_a_capacity_below_nobody_is_refused(n):
    with pytest.raises(ValueError, match="capacity"):
        replace(COSTS, capacity_per_week=n)
