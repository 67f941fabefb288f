import numpy as np
import pytest

from training.tiers import policy_by_shares, shares_of


def test_shares_come_out_as_wanted():
    probabilities = np.random.default_rng(0).uniform(size=50_000)

    shares = shares_of(probabilities, policy_by_shares(probabilities))

    assert shares == pytest.approx({"high": 0.22, "medium": 0.48, "low": 0.30}, abs=1e-4)


def test_the_version_names_the_shares():
    assert policy_by_shares(np.linspace(0.1, 0.9, 100)).version == "shares-22-48-30"


def test_customers_with_equal_probabilities_share_a_tier():
    probabilities = np.repeat([0.1, 0.5, 0.9], [20, 60, 20])

    policy = policy_by_shares(probabilities)

    assert shares_of(probabilities, policy) == pytest.approx({
        "high": 0.2,
        "medium": 0.6,
        "low": 0.2,
    })


@pytest.mark.parametrize("everybody", [0.0, 0.3, 1.0])
def test_nobody_is_high_where_all_are_equal(everybody):
    probabilities = np.full(100, everybody)

    shares = shares_of(probabilities, policy_by_shares(probabilities))

    assert shares["high"] == (1.0 if everybody == 1.0 else 0.0)
