from datetime import UTC, datetime, timedelta

import pytest
import typer

from app.cli.option_values import moment_of, moment_or_now, pairs_of


def test_a_date_is_its_midnight_in_utc():
    assert moment_of("2026-06-01", option="--as-of") == datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["soon", "", "2026-06-01T10:00:00"])
def test_a_moment_that_cannot_be_read_is_wrong_usage_and_names_the_option(text):
    with pytest.raises(typer.BadParameter, match="--as-of"):
        moment_of(text, option="--as-of")


def test_an_absent_option_means_now():
    assert datetime.now(UTC) - moment_or_now(None, option="--as-of") < timedelta(minutes=1)


def test_an_empty_option_is_not_now():
    with pytest.raises(typer.BadParameter):
        moment_or_now("", option="--as-of")


def test_pairs_are_split_at_the_first_equals_sign():
    assert pairs_of(["a=b", "type=x=y"], option="--map") == {"a": "b", "type": "x=y"}


@pytest.mark.parametrize("text", ["", "a", "=b", "a="])
def test_a_pair_with_a_missing_side_is_wrong_usage(text):
    with pytest.raises(typer.BadParameter, match="--map: expected LEFT=RIGHT"):
        pairs_of([text], option="--map")
