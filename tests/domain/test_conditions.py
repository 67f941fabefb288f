import math
import operator
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.conditions import AllOf, AnyOf, Comparison, Missing, RelativeComparison

NAN = math.nan
COMPARES = [operator.ge, operator.gt, operator.le, operator.lt]


@pytest.mark.parametrize(
    ("compare", "below", "at", "above"),
    [
        (operator.ge, False, True, True),
        (operator.gt, False, False, True),
        (operator.le, True, True, False),
        (operator.lt, True, False, False),
    ],
)
def test_a_bound_is_inclusive_or_not_as_its_word_says(compare, below, at, above):
    condition = Comparison(0, compare, 5.0)

    assert [condition([value]) for value in (4.99, 5.0, 5.01)] == [below, at, above]


@pytest.mark.parametrize("compare", COMPARES)
def test_a_missing_value_satisfies_no_comparison(compare):
    assert Comparison(0, compare, 0.0)([NAN]) is False
    assert RelativeComparison(0, compare, 1)([NAN, 1.0]) is False
    assert RelativeComparison(0, compare, 1)([1.0, NAN]) is False


def test_only_missing_asks_for_a_missing_value():
    assert Missing(0)([NAN]) is True
    assert Missing(0)([0.0]) is False


def test_a_feature_is_compared_with_another_times_a_factor_plus_a_number():
    condition = RelativeComparison(0, operator.ge, 1, times=0.5, plus=2.0)

    assert condition([5.0, 6.0])
    assert not condition([4.9, 6.0])


def test_all_needs_every_one_and_any_needs_one():
    high, low = Comparison(0, operator.ge, 5.0), Comparison(1, operator.le, 1.0)

    assert [AllOf((high, low))(row) for row in ([5, 1], [5, 2], [4, 1])] == [True, False, False]
    assert [AnyOf((high, low))(row) for row in ([5, 2], [4, 1], [4, 2])] == [True, True, False]


@pytest.mark.parametrize("bound", [NAN, math.inf, -math.inf])
def test_a_bound_that_is_not_finite_cannot_be_built(bound):
    with pytest.raises(ValueError, match="finite"):
        Comparison(0, operator.ge, bound)
    with pytest.raises(ValueError, match="finite"):
        RelativeComparison(0, operator.ge, 1, times=bound)
    with pytest.raises(ValueError, match="finite"):
        RelativeComparison(0, operator.ge, 1, plus=bound)


def test_an_empty_combination_cannot_be_built():
    with pytest.raises(ValueError, match="'all' needs at least one"):
        AllOf(())
    with pytest.raises(ValueError, match="'any' needs at least one"):
        AnyOf(())


def test_a_comparison_is_one_of_the_four_and_not_any_function():
    with pytest.raises(ValueError, match="at_least, above, at_most, below"):
        Comparison(0, operator.eq, 1.0)
    with pytest.raises(ValueError, match="counts from 0"):
        Comparison(-1, operator.ge, 1.0)


N_COLUMNS = 4
positions = st.integers(0, N_COLUMNS - 1)
numbers = st.floats(-1e6, 1e6)
leaves = st.one_of(
    st.builds(Comparison, positions, st.sampled_from(COMPARES), numbers),
    st.builds(RelativeComparison, positions, st.sampled_from(COMPARES), positions, numbers),
    st.builds(Missing, positions),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
values = st.one_of(st.just(NAN), st.sampled_from([0.0, 1.0, -1.0]), numbers)
matrices = st.lists(
    st.lists(values, min_size=N_COLUMNS, max_size=N_COLUMNS), min_size=1, max_size=5
)


@given(condition=conditions, rows=matrices)
def test_one_customer_and_many_get_the_same_verdict(condition, rows):
    together = condition([*np.array(rows).T])

    assert np.asarray(together).tolist() == [condition(row) for row in rows]


@given(condition=conditions, rows=matrices)
def test_asking_never_changes_the_values(condition, rows):
    matrix = np.array(rows)
    before = matrix.copy()

    condition([*matrix.T])

    assert matrix.tobytes() == before.tobytes()


@given(condition=conditions)
def test_a_condition_travels_to_other_processes(condition):
    assert pickle.loads(pickle.dumps(condition)) == condition  # noqa: S301 - written a moment ago
