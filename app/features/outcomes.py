"""Which customers churned, by the bundle's definition, in the window that starts at a moment.

Training makes its labels by this rule, and the service compares its predictions with the outcomes
that this rule finds.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.domain.activity import RESERVED_TYPES, TYPE_CODES
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import TrainingRefused
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.history import History
from app.features.population import in_population

# What may define churn: neither the type that stands for all unknown ones, nor our own records.
EVENTS = frozenset(name for name, code in TYPE_CODES.items() if code) - RESERVED_TYPES


def churned(history: History, churn: ChurnDefinition, *, as_of: int) -> NDArray[np.bool_]:
    """Return which customers churned in ``[as_of, as_of + horizon_days)``, shape (n_customers,).

    The result has a meaning only for customers in the population as of `as_of`, and only once the
    window has closed. What counts is when an event occurred, even if it was received later.

    Churn by ABSENCE: the event did not occur in the window. Churn by CANCELLATION: it occurred in
    the window (a restart afterwards does not undo it), or the subscription had expired by the end
    of the window.
    """
    closes_at = as_of + churn.horizon_days * MICROSECONDS_PER_DAY
    happened = happened_in(history, churn.event, start=as_of, end=closes_at)
    if churn.kind is ChurnKind.ABSENCE:
        return ~happened
    as_it_happened = replace(history, received_at=history.occurred_at)
    return happened | ~in_population(as_it_happened, churn, as_of=closes_at)


def happened_in(history: History, event: str, *, start: int, end: int) -> NDArray[np.bool_]:
    """Return which customers have `event` in ``[start, end)``, shape (n_customers,)."""
    rows = (
        (history.kind == code_of_event(event))
        & (history.occurred_at >= start)
        & (history.occurred_at < end)
    )
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(rows, dtype=np.int64)])
    return np.diff(before[history.starts]) > 0


def code_of_event(event: str) -> int:
    """Return the code of a churn event.

    Raises
    ------
    TrainingRefused
        If the event is no activity type of the vocabulary, or one that is reserved.
    """
    if event not in EVENTS:
        raise TrainingRefused(
            f"{event!r} is no activity type that can define churn; use one of "
            f"{', '.join(sorted(EVENTS))}"
        )
    return TYPE_CODES[event]
