"""With too little to learn from, rhythm still ranks customers and says how little it knows."""

from functools import cache

import numpy as np
import pytest

from app.bundle.answers.interval import build_intervals
from app.domain.activity import TYPE_CODES
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import TrainingRefused
from app.features.catalogue import FEATURE_NAMES
from app.features.history import group_and_sort
from app.features.outcomes import churned
from app.features.population import in_population
from app.statistics.metrics import compute_metrics
from tests.training.shops import CANCELLED, DAY, NO_ORDER, OPENED, UNTIL_MICROS, run_of, shop
from training.dataset.dataset import features_of_customers
from training.dataset.history_slices import known_before, select_customers
from training.learning.rhythm_features import rhythms_at
from training.prior.fallback import fall_back
from training.prior.published_parameters import PUBLISHED, posterior_parameters


def first(n, *, seed=3):
    return known_before(
        select_customers(shop(n_customers=400, seed=seed), np.arange(n)), moment=UNTIL_MICROS
    )


@cache
def fallback_of_first(n):
    return fallback(first(n))


def fallback(known, churn=NO_ORDER, **options):
    return fall_back(run_of(known, churn=churn, **options), reason="too few")


def outcomes_and_predictions(made, *, seed=4):
    """What came of another four hundred customers, and what it predicts of them."""
    full = shop(n_customers=400, seed=seed)
    known = known_before(full, moment=UNTIL_MICROS)
    rows = np.flatnonzero(in_population(known, NO_ORDER, as_of=UNTIL_MICROS))
    predicted = made.student.probabilities_of(
        features_of_customers(known, rows, as_of=UNTIL_MICROS)
    )
    return churned(full, NO_ORDER, as_of=UNTIL_MICROS)[rows].astype(float), predicted


@pytest.mark.parametrize("n", [1, 20, 100])
def test_customers_it_has_never_seen_are_ranked_by_their_rhythm(n):
    metrics = compute_metrics(*outcomes_and_predictions(fallback_of_first(n)))

    assert metrics.auc > 0.8
    assert metrics.log_loss < 0.63  # saying the base rate costs 0.64


def test_one_customer_leaves_the_published_numbers_nearly_where_they_are():
    few = posterior_parameters(rhythms_at(first(1), "order_placed", as_of=UNTIL_MICROS))
    many = posterior_parameters(rhythms_at(first(300), "order_placed", as_of=UNTIL_MICROS))

    assert np.abs(np.log(few) - PUBLISHED).max() < np.abs(np.log(many) - PUBLISHED).max() + 1
    assert np.abs(np.log(few) - PUBLISHED).max() < 1.6


def test_the_base_rate_moves_towards_what_came_of_those_observed():
    made = fallback_of_first(100)

    assert made.n_observed > 50
    assert made.student.probabilities_of(made.population).mean() == pytest.approx(
        made.n_churned / made.n_observed, abs=0.2
    )


def test_outcomes_not_yet_observed_keep_intervals_wide():
    spreads = [fallback_of_first(n).uncertainty.shared_deviation for n in (1, 20, 100)]

    assert spreads[0] > spreads[1] > spreads[2]


def test_a_first_order_says_little_about_the_next():
    made = fallback_of_first(100)
    predicted = made.student.probabilities_of(made.population)
    ends = build_intervals(made.uncertainty, FEATURE_NAMES).around(
        predicted, np.log(predicted / (1 - predicted)), made.population
    )

    assert (ends[0] <= predicted).all()
    assert (predicted <= ends[1]).all()
    assert np.subtract(*ends[::-1]).mean() > 0.3


def test_the_same_history_gives_the_same_booster():
    assert fallback_of_first(20).student.booster_text == fallback(first(20)).student.booster_text


def test_a_shop_whose_customers_all_left_gets_high_probabilities():
    known = first(300)
    gone = known_before(known, moment=UNTIL_MICROS - 200 * DAY)
    made = fallback(gone)

    assert made.n_churned == made.n_observed > 0
    assert made.student.probabilities_of(made.population).mean() > 0.85


def test_logins_have_a_rhythm_too():
    churn = ChurnDefinition(ChurnKind.ABSENCE, "login", 14)
    made = fallback(logins(), churn)
    predicted = made.student.probabilities_of(made.population)

    assert predicted[0] < predicted[1]


def logins():
    """One customer logged in every day until yesterday, another one until three weeks ago."""
    days = np.concatenate([np.arange(40), np.arange(20)])
    return group_and_sort(
        customer_ids=["busy", "gone"],
        customer_codes=np.repeat([0, 1], [40, 20]),
        occurred_at=UNTIL_MICROS - 40 * DAY + days * DAY,
        kind=np.full(60, TYPE_CODES["login"], np.int16),
    )


def test_a_log_without_the_event_is_refused_with_what_it_holds():
    with pytest.raises(TrainingRefused, match=r"nobody has order_placed.*login \(60\)"):
        fallback(logins())


def test_contracts_are_refused_with_what_is_missing():
    with pytest.raises(TrainingRefused, match="too few; contracts have no fallback"):
        fallback(first(20), CANCELLED)


def test_an_event_without_features_of_its_rhythm_is_refused():
    with pytest.raises(TrainingRefused, match="rhythm of order_placed, login, feature_used only"):
        fallback(first(20), ChurnDefinition(ChurnKind.ABSENCE, "ticket_opened", 30))


def test_two_weeks_of_log_are_enough():
    early = known_before(shop(n_customers=400, seed=3), moment=OPENED + 14 * DAY)
    made = fallback(early, until=OPENED + 14 * DAY)

    assert made.n_observed == 0
    assert made.student.probabilities_of(made.population).min() > 0
