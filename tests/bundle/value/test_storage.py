"""A value model goes into a bundle and comes out of it the same, or the bundle is refused."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from app.bundle.folder.current_features import current_features
from app.bundle.folder.writing import write_bundle
from app.bundle.opening import open_bundle
from app.bundle.value.closed_form import ORDER_COLUMNS
from app.bundle.value.storage import value_section_of
from app.domain.errors import BundleRefused
from tests.bundle.conftest import facts_of_a_bundle
from tests.bundle.value.conftest import text_of


@pytest.fixture
def write_valued(tmp_path, rows, model):
    def write_valued(*, value=model, changes=None):
        usual = tuple(np.median(rows, axis=0))
        text = text_of(rows, (rows[:, ORDER_COLUMNS.since_last] > 25).astype(float), "binary")
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


def test_an_opened_bundle_estimates_what_was_written(write_valued, rows, model):
    bundle = open_bundle(write_valued())
    probabilities = bundle.probabilities(rows)
    estimated = bundle.value.estimate(rows, probabilities)
    alone = model.predict(rows, horizon_days=90)
    np.testing.assert_array_equal(estimated.orders, alone.orders)
    np.testing.assert_array_equal(estimated.revenue_12m, alone.revenue_12m)
    np.testing.assert_array_equal(estimated.at_risk, probabilities * alone.revenue_12m)
    year = model.predict(rows, horizon_days=365)
    np.testing.assert_array_equal(estimated.orders_12m, year.orders)


def test_one_customer_gets_the_bits_that_it_gets_among_many(write_valued, rows):
    bundle = open_bundle(write_valued())
    probabilities = bundle.probabilities(rows)
    many = bundle.value.estimate(rows, probabilities)
    for i in range(40):
        alone = bundle.value.estimate(rows[i : i + 1], probabilities[i : i + 1])
        np.testing.assert_array_equal(np.ravel(alone), np.array(many)[:, i])


def test_an_older_bundle_without_the_section_opens_and_estimates_nothing(write_valued):
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
def test_golden_rows_that_are_forecast_differently_are_refused(
    write_valued, rows, model, position, off
):
    without_boosters = replace(model, orders_rate=None, revenue_rate=None)
    facts = value_section_of(without_boosters, rows[:6], horizon_days=90)
    who = int(np.argmax(rows[:6, ORDER_COLUMNS.orders]))
    golden = [list(row) for row in facts.golden]
    golden[who][position] += off
    wrong = replace(facts, golden=tuple(map(tuple, golden)))
    with pytest.raises(BundleRefused, match="golden rows differently"):
        open_bundle(write_valued(value=None, changes={"value": wrong}))
