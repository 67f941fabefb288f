import math

import pytest

from app.documents.formatting import (
    format_date,
    format_interval,
    format_number,
    format_percent,
    format_signed,
)


def test_numbers_have_a_typographic_minus_and_fixed_decimals():
    assert format_number(-1.23456) == "−1.2346"
    assert format_percent(0.125) == "12.5 %"
    assert format_signed(0.5, 1) == "+0.5"
    assert format_interval((0.1, 0.3), 1) == "0.1 to 0.3"


@pytest.mark.parametrize("write", [format_number, format_percent, format_signed])
def test_what_is_not_finite_is_a_dash(write):
    assert write(math.nan) == write(math.inf) == "–"


def test_dates_are_in_utc():
    assert format_date(86_400_000_000 - 1) == "1970-01-01"
