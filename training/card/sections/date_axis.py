"""The axis that plots over time share."""

from collections.abc import Sequence
from typing import Final

from app.documents.formatting import format_date
from app.documents.plots.axes import Axis
from app.domain.moments import MICROSECONDS_PER_DAY

MAX_DATES: Final = 4


def date_axis(moments: Sequence[int]) -> Axis:
    """Return an axis of dates that leaves space on both sides of the moments (microseconds)."""
    first, last = min(moments), max(moments)
    space = max((last - first) // 12, 3 * MICROSECONDS_PER_DAY)
    ticks = [(float(tick), format_date(tick)) for tick in _ticks(moments)]
    return Axis("", first - space, last + space, tuple(ticks))


def _ticks(moments: Sequence[int]) -> list[int]:
    distinct = sorted(set(moments))
    if len(distinct) <= MAX_DATES:
        return distinct
    first, last = distinct[0], distinct[-1]
    step = max((last - first) // (MAX_DATES - 1), 1)
    return [first + i * step for i in range(MAX_DATES)]
