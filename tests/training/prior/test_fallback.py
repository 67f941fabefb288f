"""With too little to learn from, rhythm still ranks and says how little it knows."""

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
from tests.training.shops import CANCELLED, DAY, NO_ORDER, OPENED, UNTIL_MICROS, shop
from training.dataset.dataset import features_of_customers
from training.dataset.history_slices import known_before, select_customers
from training.learning.rhythm_teacher import rhythms_at
from training.prior.fallback import PUBLISHED, moved, prior_of


def first(n, *, seed=3):
    return known_before(
        select_customers(shop(n_customers=400, seed=seed), np.arange(n)), moment=UNTIL_MICROS
    )


@cache
def prior_of_first(n):
    return prior(first(n))


def prior(known, churn=NO_ORDER):
    return prior_of(known, churn, cut_off=UNTIL_MICROS, seed=0, why="too few")


def outcomes_under(made, *, seed=4):
    """What it says of another four hundred customers, and what came of them."""
    full = shop(n_customers=400, seed=seed)
    known = known_before(full, moment=UNTIL_MICROS)
    rows = np.flatnonzero(in_population(known, NO_ORDER, as_of=UNTIL_MICROS))
    said = made.student.probabilities_of(features_of_customers(known, rows, as_of=UNTIL_MICROS))
    return churned(full, NO_ORDER, as_of=UNTIL_MICROS)[rows].astype(float), said


@pytest.mark.parametrize("n", [1, 20, 100])
def test_customers_that_it_never_met_are_ranked_by_their_rhythm(n):
    figures = compute_metrics(*outcomes_under(prior_of_first(n)))

    assert figures.auc > 0.8
    assert figures.log_loss < 0.63  # saying the base rate costs 0.64


def test_one_customer_leaves_the_published_numbers_nearly_where_they_are():
    few = moved(rhythms_at(first(1), "order_placed", as_of=UNTIL_MICROS))
    many = moved(rhythms_at(first(300), "order_placed", as_of=UNTIL_MICROS))

    assert np.abs(np.log(few) - PUBLISHED).max() < np.abs(np.log(many) - PUBLISHED).max() + 1
    assert np.abs(np.log(few) - PUBLISHED).max() < 1.6


def test_the_level_goes_towards_what_came_of_those_seen_before():
    made = prior_of_first(100)

    assert made.n_seen > 50
    assert made.student.probabilities_of(made.population).mean() == pytest.approx(
        made.n_churned / made.n_seen, abs=0.2
    )


def test_what_was_not_counted_keeps_intervals_wide():
    spreads = [prior_of_first(n).uncertainty.shared_deviation for n in (1, 20, 100)]

    assert spreads[0] > spreads[1] > spreads[2]


def test_a_first_order_says_little_about_the_next():
    made = prior_of_first(100)
    said = made.student.probabilities_of(made.population)
    ends = build_intervals(made.uncertainty, FEATURE_NAMES).around(
        said, np.log(said / (1 - said)), made.population
    )

    assert (ends[0] <= said).all()
    assert (said <= ends[1]).all()
    assert np.subtract(*ends[::-1]).mean() > 0.3


def test_the_same_history_gives_the_same_booster():
    assert prior_of_first(20).student.booster_text == prior(first(20)).student.booster_text


def test_a_shop_whose_customers_all_left_says_so():
    known = first(300)
    gone = known_before(known, moment=UNTIL_MICROS - 200 * DAY)
    made = prior_of(gone, NO_ORDER, cut_off=UNTIL_MICROS, seed=0, why="nobody stayed")

    assert made.n_churned == made.n_seen > 0
    assert made.student.probabilities_of(made.population).mean() > 0.85


def test_logins_have_a_rhythm_too():
    churn = ChurnDefinition(ChurnKind.ABSENCE, "login", 14)
    made = prior(logins(), churn)
    said = made.student.probabilities_of(made.population)

    assert said[0] < said[1]


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
        prior(logins())


def test_contracts_are_refused_with_what_is_missing():
    with pytest.raises(TrainingRefused, match="too few; contracts have no fallback"):
        prior(first(20), CANCELLED)


def test_an_event_without_features_of_its_rhythm_is_refused():
    with pytest.raises(TrainingRefused, match="rhythm of order_placed, login, feature_used only"):
        prior(first(20), ChurnDefinition(ChurnKind.ABSENCE, "ticket_opened", 30))


def test_two_weeks_of_log_are_enough():
    early = known_before(shop(n_customers=400, seed=3), moment=OPENED + 14 * DAY)
    made = prior_of(early, NO_ORDER, cut_off=OPENED + 14 * DAY, seed=0, why="too short")

    assert made.n_seen == 0
    assert made.student.probabilities_of(made.population).min() > 0
