"""The quick way through an event and the schema's say the same about every event."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.plain_events import activities_of
from app.api.routes import activity as route
from tests.api.activity import event
from tests.api.routes.test_activity import BAD
from tests.strategies import property_test

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEXTS = st.one_of(
    st.sampled_from(["web", "", "é", "a\x00b", "\x7f", "tab\t", "\u00a0", "\u200b", "x" * 200]),
    st.sampled_from(["x" * 201, "\ud800", "\U0001f600", " ", "EUR", "EURO", "eur", "ÉÉÉ", "EUR\n"]),
    st.text(max_size=8),
)
MOMENTS = st.one_of(
    st.datetimes(timezones=st.sampled_from([UTC, None])).map(datetime.isoformat),
    st.sampled_from([
        "2026-11-01T10:00:00Z",
        " 2026-11-01T10:00:00Z ",
        "2026-11-01T10:00:00+05:30",
        "20261101T100000Z",
        "2026-W44-7T10:00:00Z",
        "2026-11-01 10:00+00:00:30",
        "2026-11-01T10:00:00.1234567Z",
        "2026-11-01T10Z",
        "2026-11-01",
        "2026-W44-7",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1899-12-31T23:59:59.999999Z",
        "1900-01-01T00:00:00Z",
        "1900-01-01T00:00:00+01:00",
        "2199-12-31T23:59:59.999999Z",
        "2199-12-31T23:59:59-00:01",
        "2200-01-01T00:00:00Z",
        "2026-11-01T10:00:00Z" + "0" * 200,
    ]),
)
NUMBERS = st.one_of(
    st.sampled_from([0, -0.0, 10**12, -(10**12), 1e12, 1.0000001e12, 10**12 + 1, True, False]),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)
PROPERTIES = st.one_of(
    st.just({}),
    st.dictionaries(TEXTS, TEXTS, max_size=3),
    st.sampled_from([{"deep": [[[[]]]]}, {"deep": [[[[1]]]]}, {"long": "x" * 4000}, {"n": 2**63}]),
)
ANYTHING = st.one_of(st.none(), TEXTS, MOMENTS, NUMBERS, PROPERTIES, st.just([]))
FIELDS = {
    "event_id": TEXTS,
    "customer_id": TEXTS,
    "occurred_at": MOMENTS,
    "type": TEXTS,
    "channel": st.one_of(st.none(), TEXTS),
    "amount": st.one_of(st.none(), NUMBERS),
    "currency": st.one_of(st.none(), TEXTS),
    "ref": st.one_of(st.none(), TEXTS),
    "properties": PROPERTIES,
}

EVERYDAY = [
    {},
    {"occurred_at": (NOW - timedelta(days=1)).isoformat()},
    {"occurred_at": "2026-11-01T10:00:00Z"},
    {"occurred_at": "2026-11-01T10:00:00.5+02:00", "channel": "web", "ref": "o-1"},
    {"type": "ticket_opened", "properties": {"topic": "billing"}, "amount": None},
    {"amount": 12, "currency": None, "customer_id": "Grüße & Co. 🙂"},
]


@st.composite
def events(draw):
    """A good event with some fields changed, left out or made up."""
    made = event(occurred_at="2026-11-01T10:00:00+00:00")
    for name in draw(st.lists(st.sampled_from([*FIELDS, "surprise"]), max_size=3)):
        kind = draw(st.integers(0, 9))
        if kind == 0:
            made.pop(name, None)
        else:
            made[name] = draw(ANYTHING if kind == 1 else FIELDS.get(name, ANYTHING))
    return made


@property_test
@given(batch=st.lists(st.one_of(events(), ANYTHING), min_size=1, max_size=20))
def test_good_and_bad_events_are_read_alike_both_ways(batch):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(route, "activities_of", lambda *_, **__: None)
        by_the_schema = route._read(batch, NOW)

    assert route._read(batch, NOW) == by_the_schema


def test_each_way_an_event_can_be_bad_is_left_to_the_schema():
    stored = {"type": "account_known"}, {"occurred_at": "2199-01-01T00:00:00Z"}
    for changes, _ in BAD:
        if changes not in stored:  # these fit the schema, and are refused later
            assert activities_of([event(**changes)], received_at=NOW) is None


@pytest.mark.parametrize("changes", EVERYDAY)
def test_everyday_events_never_need_the_schema(changes):
    read = orjson.loads(orjson.dumps([event(**changes)]))

    assert activities_of(read, received_at=NOW) is not None


def test_events_together_are_read_as_each_of_them_alone():
    together = [event(event_id=f"e-{i}", **changes) for i, changes in enumerate(EVERYDAY)]
    alone = [activities_of([each], received_at=NOW) for each in together]

    assert activities_of(together, received_at=NOW) == [found[0] for found in alone]


def test_one_event_in_doubt_among_many_changes_nothing_about_the_others():
    many = [event(event_id=f"e-{i}", ref=f"o-{i}") for i in range(100)]
    many[37] = event(event_id="e-37", ref="a\u00a0space that is not plain")

    read = route._read(many, NOW)

    assert [(each.event_id, each.ref) for each in read] == [
        (each["event_id"], each["ref"]) for each in many
    ]
