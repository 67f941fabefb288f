import numpy as np

from app.domain.moments import MICROSECONDS_PER_DAY
from app.use_cases.scores.value import expected_micros, expected_moments


def test_dates_are_told_in_whole_seconds_and_missing_ones_not_at_all():
    day = MICROSECONDS_PER_DAY
    assert expected_moments(np.array([1.0, np.nan, 1e-9]), as_of=0) == [day, None, 0]


def test_moments_of_many_are_those_of_one():
    days, as_of = np.random.default_rng(1).exponential(90.0, 500), 1_763_000_000_123_456
    assert expected_micros(days, as_of=as_of).tolist() == expected_moments(days, as_of=as_of)
    by_hand = [as_of + int(each * MICROSECONDS_PER_DAY) for each in days.tolist()]
    assert expected_moments(days, as_of=as_of) == [each - each % 1_000_000 for each in by_hand]
