"""Too little to learn from: there is a bundle all the same, and it says what it rests on."""

import numpy as np
import pytest

from app.bundle.opening import open_bundle
from app.domain.bundles import Basis
from app.domain.errors import TrainingRefused
from app.domain.moments import from_micros
from app.features.history import group_and_sort
from app.features.population import in_population
from tests.training.shops import CANCELLED, DAY, NO_ORDER, OPENED, ORDER, UNTIL, UNTIL_MICROS, shop
from training.dataset.dataset import features_of_customers
from training.dataset.history_slices import known_before, select_customers
from training.train import train


def first(n):
    return select_customers(shop(n_customers=400, seed=3), np.arange(n))


def opened(shelf, history, *, churn=NO_ORDER, until=UNTIL):
    result = train(history, churn=churn, until=until, models=shelf, currency="EUR")
    return result, open_bundle(shelf / result.bundle_id)


@pytest.mark.parametrize("n_customers", [1, 20, 90])
def test_few_customers_give_a_fallback_that_says_so(tmp_path, n_customers):
    result, bundle = opened(tmp_path, first(n_customers))

    assert bundle.manifest.facts.basis is Basis.PRIOR
    assert "too few to learn from" in result.warnings[0]
    assert "test" not in result.metrics
    card = (tmp_path / result.bundle_id / "card.md").read_text()
    assert "a fallback" in card
    assert f"those of {n_customers} customers here" in card


def test_its_answers_are_ordered_by_silence_and_wide(tmp_path):
    history = first(90)
    _, bundle = opened(tmp_path, history)
    known = known_before(history, moment=UNTIL_MICROS)
    rows = np.flatnonzero(in_population(known, NO_ORDER, as_of=UNTIL_MICROS))
    features = features_of_customers(known, rows, as_of=UNTIL_MICROS)
    margins = bundle.margins(features)
    said, _ = bundle.probabilities_and_percentiles(margins)
    low, high = bundle.intervals.around(said, margins, features)

    assert len(set(said.round(3))) > 20
    assert (high - low).mean() > 0.25


def test_nobody_at_all_is_refused(tmp_path):
    with pytest.raises(TrainingRefused, match="no activity before the cut-off"):
        train(first(0), churn=NO_ORDER, until=UNTIL, models=tmp_path)


def test_two_weeks_of_log_give_a_fallback(tmp_path):
    until = from_micros(OPENED + 14 * DAY)
    _, bundle = opened(tmp_path, shop(n_customers=400, seed=3), until=until)

    assert bundle.manifest.facts.basis is Basis.PRIOR


def test_contracts_with_too_little_are_refused_with_what_is_missing(tmp_path):
    with pytest.raises(TrainingRefused, match=r"0 customers are too few.*contracts have no"):
        train(shop(), churn=CANCELLED, until=UNTIL, models=tmp_path)


def test_a_shop_that_nobody_left_has_a_fallback_near_zero(tmp_path):
    weekly = np.arange(0, 400, 7)
    history = group_and_sort(
        customer_ids=[f"c{i:03d}" for i in range(150)],
        customer_codes=np.repeat(np.arange(150), len(weekly)),
        occurred_at=OPENED + (np.tile(weekly, 150) + np.repeat(np.arange(150) % 7, 58)) * DAY,
        kind=np.full(150 * len(weekly), ORDER, np.int16),
    )
    result, bundle = opened(tmp_path, history)
    everybody = features_of_customers(history, np.arange(150), as_of=UNTIL_MICROS)

    assert "0 customers who churned are too few" in result.warnings[0]
    assert bundle.probabilities(everybody).mean() < 0.05


def test_every_answer_of_a_fallback_warns(tmp_path):
    _, bundle = opened(tmp_path, first(20))

    assert [warning.code for warning in bundle.warnings] == ["fallback"]
