import math

import pytest

from app.domain.text_templates import parse_template

POSITIONS = {"orders_30d": 0, "onboarding_share": 1}


def _of(text, values):
    return parse_template(text, without_values="not known", positions=POSITIONS).fill(values)


def test_values_are_filled_in_by_the_names_of_features():
    assert _of("{orders_30d:.0f} orders, {onboarding_share:.0%} done", [3.0, 0.25]) == (
        "3 orders, 25% done"
    )


def test_a_value_without_a_format_is_a_whole_number():
    assert _of("{orders_30d} orders", [3.2, 0.0]) == "3 orders"


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.14, "3.1"), (3.02, "3"), (9.96, "10"), (10.4, "10"), (0.04, "0"), (250.0, "250")],
)
def test_a_short_number_has_one_decimal_below_ten(value, text):
    assert _of("{orders_30d:short} days", [value, 0.0]) == f"{text} days"


def test_a_missing_value_gives_the_text_without_values_and_never_nan():
    assert _of("{orders_30d:.0f} orders", [math.nan, 0.25]) == "not known"


def test_braces_that_are_doubled_stay_braces():
    assert _of("{{literally}} {orders_30d:.0f}", [3.0, 0.0]) == "{literally} 3"


def test_a_percent_sign_is_just_a_sign():
    assert _of("20 % more", [3.0, 0.0]) == "20 % more"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "1 to 500 characters"),
        ("x" * 501, "1 to 500 characters"),
        ("{orders_29d}", "unknown feature 'orders_29d'"),
        ("{orders_30d.__class__}", "unknown feature"),
        ("{orders_30d[0]}", "unknown feature"),
        ("{0}", "unknown feature"),
        ("{}", "unknown feature"),
        ("{orders_30d!r}", "takes a format"),
        ("{orders_30d:999999999f}", "takes a format"),
        ("{orders_30d:{onboarding_share}}", "takes a format"),
        ("{orders_30d", "expected '}'"),
    ],
)
def test_a_text_that_could_harm_or_say_nothing_is_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_template(text, without_values="x", positions=POSITIONS)
