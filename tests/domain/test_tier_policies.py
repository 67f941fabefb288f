import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.tier_policies import SharePolicy, ValuePolicy
from app.domain.tiers import RiskTier

SHARES = SharePolicy("test", medium_from=0.2, high_from=0.6)
VALUE = ValuePolicy("test", 1.0, (10.0, 25.0), 0.5, value_otherwise=80.0)


def test_an_edge_is_where_a_contact_begins_to_pay():
    edges = VALUE.edges_of(value=100.0)
    # (d + f) / (γ (CLV − d) + d): the contact alone, then the offer of 10.
    assert edges.medium_from == pytest.approx(1 / 50)
    assert edges.high_from == pytest.approx(11 / 55)


def test_the_strongest_offer_that_pays_is_made():
    # The offer of 25 pays from 26 / 62.5 = .416.
    assert VALUE.offer_of(0.1, value=100.0) is None
    assert VALUE.offer_of(0.3, value=100.0) == 10.0
    assert VALUE.offer_of(0.5, value=100.0) == 25.0


@given(st.floats(0, 1e9), st.floats(0, 1), st.sampled_from([None, *RiskTier]))
def test_high_is_exactly_where_an_offer_pays(value, probability, before):
    policy = replace(VALUE, band=1.4)
    tier = policy.edges_of(value=value, before=before).tier_of(probability)
    offer = policy.offer_of(probability, value=value, before=before)
    assert (tier is RiskTier.HIGH) == (offer is not None)


@pytest.mark.parametrize(
    ("value", "never_high", "never_medium"),
    [(0.0, True, True), (1.9, True, True), (2.0, True, True), (10.0, True, False),
     (12.0, True, False), (13.0, False, False), (1e12, False, False)],
)  # fmt: skip  # a table
def test_who_is_worth_less_than_an_offer_is_never_high(value, never_high, never_medium):
    edges = VALUE.edges_of(value=value)
    assert (edges.high_from is None) == never_high
    assert (edges.medium_from is None) == never_medium
    assert edges.score_of(1.0) == (100 if not never_high else 39 if never_medium else 69)


@given(st.floats(0, 1e9), st.floats(0, 1), st.sampled_from([None, *RiskTier]))
def test_the_score_tells_the_tier_at_each_customers_own_edges(value, probability, before):
    edges = replace(VALUE, band=1.4).edges_of(value=value, before=before)
    score, tier = edges.score_of(probability), edges.tier_of(probability)
    assert (tier is RiskTier.HIGH) == (score >= 70)
    assert (tier is RiskTier.LOW) == (score < 40)


@pytest.mark.parametrize("unknown", [None, math.nan])
def test_an_unknown_value_counts_as_the_median_and_says_so(unknown):
    assert VALUE.edges_of(value=unknown) == VALUE.edges_of(value=80.0)
    assert (VALUE.basis_of(unknown), VALUE.basis_of(80.0)) == ("median", "own")


def test_scarce_capacity_raises_both_edges():
    free, scarce = VALUE.edges_of(value=100.0), replace(VALUE, capacity_price=5.0)
    raised = scarce.edges_of(value=100.0)
    assert raised.medium_from == pytest.approx(6 / 50)
    assert raised.high_from > free.high_from


@pytest.mark.parametrize("policy", [replace(SHARES, band=1.5), replace(VALUE, band=1.5)])
def test_a_tier_is_entered_later_and_left_later(policy):
    plain = policy.edges_of()
    low, medium, high = (
        policy.edges_of(before=tier) for tier in (RiskTier.LOW, RiskTier.MEDIUM, RiskTier.HIGH)
    )
    assert low.medium_from > plain.medium_from > medium.medium_from == high.medium_from
    assert low.high_from == medium.high_from > plain.high_from > high.high_from
    odds = [edge / (1 - edge) for edge in (plain.high_from, low.high_from)]
    assert odds[1] / odds[0] == pytest.approx(1.5)


def test_a_band_of_one_moves_nothing():
    assert SHARES.edges_of(before=RiskTier.HIGH) == SHARES.edges_of()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"contact_cost": 0.0}, "contact cost"),
        ({"contact_cost": math.nan}, "contact cost"),
        ({"offer_costs": ()}, "offer costs"),
        ({"offer_costs": (10.0, 10.0)}, "offer costs"),
        ({"offer_costs": (0.0,)}, "offer costs"),
        ({"offer_costs": (math.inf,)}, "offer costs"),
        ({"save_rate": 0.0}, "save rate"),
        ({"save_rate": 1.1}, "save rate"),
        ({"value_otherwise": math.nan}, "value_otherwise"),
        ({"capacity_price": math.inf}, "capacity_price"),
        ({"band": 0.9}, "band"),
        ({"band": math.nan}, "band"),
    ],
)
def test_numbers_that_make_no_tiers_are_refused(changes, named):
    with pytest.raises(ValueError, match=named):
        replace(VALUE, **changes)


@pytest.mark.parametrize("band", [0.9, 1e16, float("inf"), float("nan")])
def test_a_band_that_would_move_edges_past_each_other_is_refused(band):
    with pytest.raises(ValueError, match="band must be a factor of 1 to 100"):
        replace(SHARES, band=band)


@pytest.mark.parametrize("edges", [(0.0, 0.5), (0.5, 0.5), (0.6, 0.5), (0.5, 1.0), (math.nan, 0.5)])
def test_cut_points_out_of_order_cannot_be_built(edges):
    with pytest.raises(ValueError, match="medium_from < high_from"):
        SharePolicy("test", *edges)
