"""Value goes into a bundle and comes out of it the same, or the bundle is refused."""

import json
import math
from dataclasses import replace

import lightgbm
import numpy as np
import pytest

from app.bundle.folder.current_features import current_features
from app.bundle.folder.writing import write_bundle
from app.bundle.opening import open_bundle
from app.bundle.value.expected import CustomerValue, value_facts_of
from app.bundle.value.forecaster import COLUMNS, Rate, ValueModel
from app.bundle.value.kernels import Spending
from app.bundle.value.pareto_nbd import Timing
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import BundleRefused
from app.domain.tiers import TierPolicy, ValuePolicy
from app.features.catalogue import FEATURE_INDEX, FEATURE_NAMES
from tests.bundle.conftest import FEATURES, facts_of_a_bundle

NO_ORDER = ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 90)
CANCELLED = ChurnDefinition(ChurnKind.CANCELLATION, "subscription_cancelled", 90)


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(3)
    table = rng.uniform(0, 50, size=(300, len(FEATURE_NAMES)))
    table[:, COLUMNS.orders] = table[:, COLUMNS.order_days] = rng.integers(0, 9, size=300)
    table[:, COLUMNS.since_first] = 100 + table[:, COLUMNS.since_last]
    return table


def text_of(rows, targets, objective):
    settings = {"objective": objective, "num_leaves": 4, "verbose": -1, "num_threads": 1, "seed": 1}
    data = lightgbm.Dataset(rows, targets, feature_name=list(FEATURE_NAMES))
    return lightgbm.train(settings, data, 5).model_to_string()


@pytest.fixture(scope="module")
def model(rows):
    rate = Rate(text_of(rows, rows[:, COLUMNS.orders], "poisson"), 0.01)
    return ValueModel(
        Timing(0.6, 60.0, 0.5, 90.0),
        Spending(6.0, 4.0, 15.0),
        reference_days=365.0,
        orders_rate=rate,
        revenue_rate=Rate(rate.text, 0.3),
    )


@pytest.fixture
def write_valued(tmp_path, rows, model):
    def write_valued(*, value=model, changes=None):
        usual = tuple(np.median(rows, axis=0))
        text = text_of(rows, (rows[:, COLUMNS.since_last] > 25).astype(float), "binary")
        bundle_id = write_bundle(
            tmp_path / "models",
            facts=facts_of_a_bundle(features=current_features(), usual=usual, **(changes or {})),
            booster_text=text,
            golden_features=rows[:6],
            files={"card.md": b"# A card\n"},
            value=value,
        )
        return tmp_path / "models" / bundle_id

    return write_valued


def test_an_opened_bundle_foresees_what_was_written(write_valued, rows, model):
    bundle = open_bundle(write_valued())
    probabilities = bundle.probabilities(rows)
    said = bundle.value.expected(rows, probabilities)
    alone = model.predict(rows, horizon_days=90)
    np.testing.assert_array_equal(said.orders, alone.orders)
    np.testing.assert_array_equal(said.revenue_12m, alone.revenue_12m)
    np.testing.assert_array_equal(said.at_risk, probabilities * alone.revenue_12m)
    year = model.predict(rows, horizon_days=365)
    np.testing.assert_array_equal(said.orders_12m, year.orders)


def test_one_customer_gets_the_bits_that_it_gets_among_many(write_valued, rows):
    bundle = open_bundle(write_valued())
    probabilities = bundle.probabilities(rows)
    many = bundle.value.expected(rows, probabilities)
    for i in range(40):
        alone = bundle.value.expected(rows[i : i + 1], probabilities[i : i + 1])
        np.testing.assert_array_equal(np.ravel(alone), np.array(many)[:, i])


def test_who_is_kept_brings_no_less_than_who_may_have_left(rows, model):
    plain = replace(model, orders_rate=None, revenue_rate=None)
    rows = rows.copy()
    rows[:, COLUMNS.orders] = rows[:, COLUMNS.order_days] = 5
    rows[:, COLUMNS.since_first] = 400
    rows[:, COLUMNS.since_last] = np.linspace(1, 390, len(rows))
    said = plain.predict(rows, horizon_days=90)
    assert (said.kept_12m >= said.revenue_12m).all()
    # Silence tells whether somebody is a customer still, not what a customer brings.
    alike = said.kept_12m / rows[:, COLUMNS.order_amount]
    assert said.revenue_12m[-1] < 0.2 * said.kept_12m[-1]
    assert alike[-1] == pytest.approx(alike[0], rel=0.5)


@pytest.mark.parametrize("probability", [0.02, 0.3, 0.49, 0.51, 0.9])
def test_the_date_of_the_next_order_agrees_with_the_probability_of_none(rows, model, probability):
    """As likely to have come as not before the horizon, exactly where none is less likely."""
    said = CustomerValue(model, NO_ORDER).expected(rows, np.full(len(rows), probability))
    bought = rows[:, COLUMNS.orders] > 0
    within = said.next_order_days[bought] <= 90  # False for NaN: more than a year away
    assert within.all() if probability < 0.5 else not within.any()


@pytest.mark.parametrize(("probability", "days"), [(0.0, 0.0), (1.0, math.nan)])
def test_certainties_have_their_dates(rows, model, probability, days):
    said = CustomerValue(model, NO_ORDER).expected(rows, np.full(len(rows), probability))
    bought = rows[:, COLUMNS.orders] > 0
    np.testing.assert_allclose(said.next_order_days[bought], days, atol=1e-6)


def test_where_churn_is_no_silence_of_orders_the_date_is_that_of_the_rhythm(rows, model):
    said = CustomerValue(model, CANCELLED).expected(rows, np.full(len(rows), 0.9))
    alone = model.predict(rows, horizon_days=90)
    np.testing.assert_array_equal(said.next_order_days, alone.next_order_days)


def test_an_older_bundle_without_the_section_opens_and_foresees_nothing(write_valued):
    folder = write_valued(value=None)
    assert "value" not in json.loads((folder / "manifest.json").read_bytes())
    assert open_bundle(folder).value is None


@pytest.mark.parametrize("name", ["value_orders.txt", "value_revenue.txt"])
def test_a_flipped_bit_in_a_booster_of_value_is_refused_by_name(write_valued, name):
    folder = write_valued()
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(BundleRefused, match=name):
        open_bundle(folder)


@pytest.mark.parametrize(("position", "off"), [(0, 1e-6), (3, -0.1), (4, math.nan)])
def test_golden_rows_answered_otherwise_are_refused(write_valued, rows, model, position, off):
    plain = replace(model, orders_rate=None, revenue_rate=None)
    facts = value_facts_of(plain, rows[:6], horizon_days=90)
    who = int(np.argmax(rows[:6, COLUMNS.orders]))
    golden = [list(row) for row in facts.golden]
    golden[who][position] += off
    wrong = replace(facts, golden=tuple(map(tuple, golden)))
    with pytest.raises(BundleRefused, match="golden rows differently"):
        open_bundle(write_valued(value=None, changes={"value": wrong}))


def test_a_contract_adds_its_price_and_is_unknown_where_that_is(rows, model):
    rows = rows[:2].copy()
    told = {"subscribed": 1, "subscription_age_days": 355, "days_to_renewal": 10, "plan_price": 30,
            "renewals_total": 11, "cancellations_total": 0}  # fmt: skip  # one customer
    for name, value in told.items():
        rows[:, FEATURE_INDEX[name]] = value
    rows[0, COLUMNS.orders] = 0
    rows[1, FEATURE_INDEX["plan_price"]] = math.nan
    said = CustomerValue(model, CANCELLED).expected(rows, np.zeros(2))
    without = CustomerValue(None, CANCELLED).expected(rows, np.zeros(2))
    assert said.revenue_12m[0] == pytest.approx(30 * 365 / 30.4375)
    assert np.isnan(said.revenue_12m[1])
    assert said.at_risk[0] == 0
    np.testing.assert_array_equal(without.revenue_12m, said.revenue_12m)
    assert np.isnan(without.orders).all()


@pytest.mark.parametrize(
    "policy",
    [
        TierPolicy("shares-22-48-30", medium_from=0.3, high_from=0.6),
        TierPolicy("shares-22-48-30", medium_from=0.3, high_from=0.6, band=1.25),
        ValuePolicy(
            "v", 1.0, (10.0, 20.0), 0.3, value_otherwise=75.5, capacity_price=0.1, band=1.1
        ),
    ],
)
def test_a_tier_policy_goes_through_the_manifest(write, policy):
    folder = write(tier_policy=policy)
    assert open_bundle(folder, expected=FEATURES).tier_policy == policy
    content = json.loads((folder / "manifest.json").read_bytes())["tier_policy"]
    assert ("band" in content) == (policy.band > 1)
