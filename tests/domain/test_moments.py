from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.moments import format_moment, from_micros, parse_moment, to_micros


@given(st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=st.timezones()))  # noqa: DTZ001 - the strategy adds the zone
@example(datetime(2016, 11, 6, tzinfo=ZoneInfo("America/Havana")))
def test_a_moment_comes_back_from_microseconds_and_from_text(moment):
    # Python calls the hour that clocks repeat equal to no moment of another zone: compare in UTC.
    in_utc = moment.astimezone(UTC)

    assert from_micros(to_micros(moment)) == in_utc
    assert parse_moment(format_moment(moment)) == in_utc


def test_a_bare_date_is_its_midnight_in_utc():
    assert parse_moment("2026-09-11") == datetime(2026, 9, 11, tzinfo=UTC)


def test_an_offset_moves_the_moment_to_utc():
    written = parse_moment("2026-09-11T10:00:00+02:00")

    assert written == datetime(2026, 9, 11, 10, tzinfo=timezone(timedelta(hours=2)))
    assert format_moment(written) == "2026-09-11T08:00:00Z"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "no ISO 8601"),
        ("", "no ISO 8601"),
        ("2026-02-30", "no ISO 8601"),
        ("2026-09-11T10:00:00", "has no time zone"),
        ("1643-01-04", "years 1900 to 2199"),
        ("9999-01-01T00:00:00Z", "years 1900 to 2199"),
    ],
)
def test_what_is_no_moment_is_refused_with_how_to_write_one(text, message):
    with pytest.raises(ValueError, match=message):
        parse_moment(text)


def test_a_moment_without_a_zone_has_no_microseconds():
    with pytest.raises(ValueError, match="needs a time zone"):
        to_micros(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
