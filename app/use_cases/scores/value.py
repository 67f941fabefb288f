"""What each customer is expected to bring."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry
from app.domain.moments import MICROSECONDS_PER_DAY
from app.domain.scores.value import ExpectedValue
from app.features.arrays import NO_MOMENT
from app.use_cases.scores.columns import ScoreColumns, none_if_nan

_SECOND: Final = 1_000_000


def values_each(columns: ScoreColumns, *, as_of: int) -> Iterator[ExpectedValue | None]:
    """Yield what each customer is expected to bring from `as_of` (microseconds) on.

    None where nothing is known of it.
    """
    expected = columns.expected
    if expected is None:
        yield from [None] * len(columns.sufficient)
        return
    for sufficient, next_order_at, numbers in zip(
        columns.sufficient.tolist(),
        expected_moments(expected.next_order_days, as_of=as_of),
        zip(*[column.tolist() for column in expected], strict=True),
        strict=True,
    ):
        known = [x if x == x else None for x in numbers]  # noqa: PLR0124 - NaN differs from itself
        if not sufficient or known.count(None) == len(known):
            yield None
            continue
        orders, revenue, orders_12m, revenue_12m, _, if_kept, at_risk = known
        yield ExpectedValue(
            orders, revenue, orders_12m, revenue_12m, if_kept, next_order_at, at_risk
        )


def values_at_risk(columns: ScoreColumns) -> list[float | None]:
    """Return `at_risk` of each customer's expected value alone; None where it is not known."""
    if columns.expected is None:
        return [None] * len(columns.sufficient)
    each = zip(columns.sufficient.tolist(), columns.expected.at_risk.tolist(), strict=True)
    return [none_if_nan(at_risk) if sufficient else None for sufficient, at_risk in each]


def expected_moments(days: NDArray[np.float64], *, as_of: int) -> list[int | None]:
    """Return the moments (microseconds, UTC) so many days after `as_of`, in whole seconds.

    None where `days` is NaN.
    """
    micros = expected_micros(days, as_of=as_of).tolist()
    return [None if moment == NO_MOMENT else moment for moment in micros]


def expected_micros(days: NDArray[np.float64], *, as_of: int) -> NDArray[np.int64]:
    """Return the same as an array; `NO_MOMENT` where `days` is NaN."""
    out = np.empty(len(days), np.int64)
    _add_days(days, as_of, out)
    return out


def warm_up() -> None:
    """Have the kernel ready, also where the first bundle foresees no value."""
    expected_micros(np.zeros(1), as_of=0)


@entry
def _add_days(days: NDArray[np.float64], as_of: int, out: NDArray[np.int64]) -> None:
    for i in range(len(days)):
        if np.isnan(days[i]):
            out[i] = NO_MOMENT
        else:
            micros = as_of + int(days[i] * MICROSECONDS_PER_DAY)
            out[i] = micros - micros % _SECOND
