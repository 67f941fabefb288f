import numpy as np
import pytest
from hypothesis import given

from app.domain.churn import ChurnDefinition, ChurnKind
from app.features.arrays import NO_MOMENT
from app.features.catalogue import FEATURE_INDEX
from app.features.engine import features_of
from app.features.population import in_population, last_activity_at, population_and_last
from tests.strategies import AS_OF, DAY, Customer, customers, event, history_of, property_test

NO_ORDER = ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 90)
CANCELLED = ChurnDefinition(ChurnKind.CANCELLATION, "subscription_cancelled", 90)


def test_absence_speaks_of_those_who_did_it_before():
    history = history_of([
        Customer((event("order_placed", 5),)),
        Customer((event("login", 5),)),
        Customer(()),
        Customer((event("order_placed", 5, received_days_ago=0),)),
        Customer((event("order_placed", 0),)),
    ])

    assert in_population(history, NO_ORDER, as_of=AS_OF).tolist() == [True, *[False] * 4]


def test_cancellation_speaks_of_running_subscriptions():
    started = event("subscription_started", 50)
    history = history_of([
        Customer((started,)),
        Customer((started, event("subscription_cancelled", 5))),
        Customer((event("subscription_started", 50, renews_in_days=-1),)),
        Customer((event("order_placed", 5),)),
    ])

    assert in_population(history, CANCELLED, as_of=AS_OF).tolist() == [True, False, False, False]


@property_test
@given(customer=customers())
def test_the_population_of_cancellation_is_those_whose_feature_says_subscribed(customer):
    history = history_of([customer])
    subscribed = features_of(history, as_of=AS_OF)[:, FEATURE_INDEX["subscribed"]]

    assert in_population(history, CANCELLED, as_of=AS_OF).tolist() == (subscribed == 1).tolist()


@property_test
@given(customer=customers())
def test_the_last_activity_is_where_its_feature_counts_from(customer):
    history = history_of([customer])
    last = last_activity_at(history, as_of=AS_OF)[0]
    days = features_of(history, as_of=AS_OF)[0, FEATURE_INDEX["days_since_activity"]]

    assert np.isnan(days) if last == NO_MOMENT else (AS_OF - last) / DAY == days


@property_test
@given(customer=customers())
def test_asked_together_population_and_last_activity_are_the_same(customer):
    history = history_of([customer, Customer(())])
    last = last_activity_at(history, as_of=AS_OF)

    for churn in (NO_ORDER, CANCELLED):
        sufficient, found = population_and_last(history, churn, as_of=AS_OF)

        assert sufficient.tolist() == in_population(history, churn, as_of=AS_OF).tolist()
        assert found.tolist() == last.tolist()


def test_the_population_is_who_ordered_before_whatever_else_they_did():
    history = history_of([Customer((event("order_placed", 9), event("login", 2)))])

    sufficient, last = population_and_last(history, NO_ORDER, as_of=AS_OF)

    assert (sufficient.tolist(), last.tolist()) == ([True], [AS_OF - 2 * DAY])


def test_an_event_that_features_do_not_know_is_refused():
    definition = ChurnDefinition(ChurnKind.ABSENCE, "order_plcaed", 90)

    with pytest.raises(ValueError, match="'order_plcaed' is none of the known activity types"):
        in_population(history_of([]), definition, as_of=AS_OF)
