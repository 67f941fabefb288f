"""Promises that hold for every feature of the catalogue, also for those yet to come."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.activity import TYPE_CODES
from app.features.arrays import NO_MOMENT
from app.features.catalogue import CATALOGUE, FAMILIES, FEATURE_INDEX, FEATURE_NAMES
from app.features.engine import features_of
from app.features.history import History, group_and_sort
from app.features.kinds import GROUP_OF_KIND, N_KINDS, OTHERS
from tests.strategies import (
    AS_OF,
    DAY,
    Customer,
    Event,
    customers,
    events,
    history_of,
    later_events,
    moments,
    property_test,
    random_columns,
)


def features(*many: Customer, as_of: int = AS_OF) -> np.ndarray:
    return features_of(history_of(many), as_of=as_of)


def ids(n: int) -> list[str]:
    return [f"c-{i}" for i in range(n)]


@property_test
@given(customer=customers(), later=later_events())
def test_the_future_changes_nothing(customer, later):
    """Neither what occurs at or after the moment asked about, nor what was not yet received."""
    with_future = customer._replace(events=customer.events + later)

    assert features(customer).tobytes() == features(with_future).tobytes()


@property_test
@given(customer=customers())
def test_a_sign_up_in_the_future_counts_as_unknown(customer):
    unknown = customer._replace(signed_up_at=NO_MOMENT)
    future = customer._replace(signed_up_at=AS_OF)

    assert features(unknown).tobytes() == features(future).tobytes()


@property_test
@given(many=st.lists(customers(max_events=12), min_size=2, max_size=6))
def test_one_customer_equals_its_row_of_many(many):
    together = features(*many)

    for row, customer in zip(together, many, strict=True):
        assert row.tobytes() == features(customer).tobytes()


@property_test
@given(customer=customers(), data=st.data())
def test_the_order_of_the_log_does_not_matter(customer, data):
    shuffled = tuple(data.draw(st.permutations(customer.events)))

    assert features(customer).tobytes() == features(customer._replace(events=shuffled)).tobytes()


@property_test
@given(customer=customers(), shift=st.integers(-10_000 * DAY, 10_000 * DAY))
def test_shifting_all_times_shifts_nothing(customer, shift):
    moved = Customer(
        tuple(_shifted(event, shift) for event in customer.events),
        _shift(customer.signed_up_at, shift),
    )

    assert features(customer).tobytes() == features(moved, as_of=AS_OF + shift).tobytes()


@property_test
@given(customer=customers(), salt=st.integers(1, 2**62))
def test_only_the_equality_of_refs_has_a_meaning(customer, salt):
    """Refs are hashes: any other hash, also one with negative or huge values, says the same."""
    renamed = tuple(
        event._replace(ref=(event.ref * (2 * salt + 1) + 2**63) % 2**64 - 2**63 if event.ref else 0)
        for event in customer.events
    )

    assert features(customer).tobytes() == features(customer._replace(events=renamed)).tobytes()


@property_test
@given(customer=customers())
def test_every_feature_is_finite_or_missing(customer):
    assert not np.isinf(features(customer)).any()


@property_test
@given(customer=customers())
def test_features_that_say_so_are_never_missing(customer):
    row = features(customer)[0]
    always = [f.name for f in CATALOGUE if f.missing.startswith("never missing")]

    assert [name for name in always if np.isnan(row[FEATURE_INDEX[name]])] == []


@pytest.mark.parametrize("kind", range(N_KINDS))
@property_test
@given(customer=customers(), event=events(), signed_up_at=moments())
def test_an_event_changes_only_families_that_read_its_group(kind, customer, event, signed_up_at):
    """A family says what it reads. When a customer joined is known here: others may read that."""
    joined = customer._replace(signed_up_at=signed_up_at)
    group = GROUP_OF_KIND[kind]
    may_change = {family.name for family in FAMILIES if group in family.reads}

    changed = changed_by(event._replace(kind=kind), joined)

    assert {CATALOGUE[FEATURE_INDEX[name]].family for name in changed} <= may_change


@property_test
@given(customer=customers(), days_ago=st.integers(0, 400))
def test_an_unknown_type_changes_only_what_depends_on_any_activity(customer, days_ago):
    """Without a channel it changes no number of channels."""
    moment = AS_OF - 1 - days_ago * DAY
    other = Event(moment, moment, TYPE_CODES["other"], ref=3, amount=7.0)
    readers = [family for family in FAMILIES if OTHERS in family.reads]
    depending = {feature.name for family in readers for feature in family.features}
    # Counts from the first activity, where the sign-up is not known.
    depending |= {"onboarding_days_to_first_value"}

    assert changed_by(other, customer) <= depending - {"channels_distinct_90d"}


def changed_by(event: Event, customer: Customer) -> set[str]:
    """Return the names of the features that one more event changes."""
    before = features(customer)[0]
    after = features(customer._replace(events=(*customer.events, event)))[0]
    values = zip(FEATURE_NAMES, before, after, strict=True)
    return {name for name, old, new in values if old.tobytes() != new.tobytes()}


def test_the_history_is_never_modified():
    columns = random_columns(1, n_customers=20, n_events=2_000)
    history = group_and_sort(customer_ids=ids(20), **columns)
    before = {name: value.tobytes() for name, value in _arrays(history).items()}

    features_of(history, as_of=AS_OF - 50 * DAY)

    assert before == {name: value.tobytes() for name, value in _arrays(history).items()}


def test_sorting_never_modifies_its_input():
    columns = random_columns(2, n_customers=20, n_events=2_000)
    before = {name: value.tobytes() for name, value in columns.items()}

    group_and_sort(customer_ids=ids(20), **columns)

    assert before == {name: value.tobytes() for name, value in columns.items()}


def test_every_feature_takes_different_values_among_many_customers():
    """A feature that never moves is dead weight, or broken."""
    columns = random_columns(3, n_customers=3_000, n_events=150_000)
    history = group_and_sort(customer_ids=ids(3_000), **columns)
    rows = features_of(history, as_of=AS_OF)

    dead = [n for n, i in FEATURE_INDEX.items() if np.nanmin(rows[:, i]) == np.nanmax(rows[:, i])]
    assert dead == []


def test_moments_may_differ_from_customer_to_customer():
    columns = random_columns(4, n_customers=10, n_events=500)
    history = group_and_sort(customer_ids=ids(10), **columns)
    as_of = AS_OF - np.arange(10) * 20 * DAY

    rows = features_of(history, as_of=as_of)

    for i in range(10):
        alone = features_of(history.part(i, i + 1), as_of=int(as_of[i]))
        assert rows[i].tobytes() == alone.tobytes()


@pytest.mark.parametrize("kind", range(len(TYPE_CODES)))
def test_a_heavy_tail_of_one_type_stays_finite(kind):
    """A customer with very many events, each with a ref of its own."""
    n = 30_000
    history = group_and_sort(
        customer_ids=["heavy"],
        customer_codes=np.zeros(n, np.int64),
        occurred_at=AS_OF - 1 - np.arange(n) * 1_000_000_000,
        kind=np.full(n, kind),
        ref=np.arange(1, n + 1) << 20,
        amount=np.full(n, 1e12),
    )

    assert not np.isinf(features_of(history, as_of=AS_OF)).any()


def test_no_customers_give_no_rows():
    assert features().shape == (0, len(FEATURE_NAMES))


def _shift(moment: int, by: int) -> int:
    return moment if moment == NO_MOMENT else moment + by


def _shifted(event: Event, by: int) -> Event:
    return event._replace(
        occurred_at=event.occurred_at + by,
        received_at=event.received_at + by,
        until=_shift(event.until, by),
    )


def _arrays(history: History) -> dict[str, np.ndarray]:
    values = {f.name: getattr(history, f.name) for f in dataclasses.fields(history)}
    return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
