"""Parts of a history: what was known at a moment, and what belongs to some customers."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.features.history import NO_MOMENT, History


def known_before(history: History, *, moment: int) -> History:
    """Return what was known at `moment`: what occurred before it and was received before it.

    All customers stay, so that their positions keep their meaning; a sign-up at or after `moment`
    becomes unknown.

    Parameters
    ----------
    history : History
    moment : int
        Microseconds since the epoch (UTC).
    """
    keep = (history.occurred_at < moment) & (history.received_at < moment)
    signed_up_at = np.where(history.signed_up_at < moment, history.signed_up_at, NO_MOMENT)
    return replace(_events(history, keep), signed_up_at=signed_up_at)


def select_customers(history: History, positions: NDArray[np.int64]) -> History:
    """Return the histories of the customers at `positions`, in that order.

    Parameters
    ----------
    history : History
    positions : int64 array of shape (n,)
        Positions in ``history.customer_ids``.
    """
    lengths = np.diff(history.starts)[positions]
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])
    index = np.repeat(history.starts[positions] - starts[:-1], lengths) + np.arange(starts[-1])
    return replace(
        _columns(history, index),
        customer_ids=[history.customer_ids[i] for i in positions],
        starts=starts,
        signed_up_at=history.signed_up_at[positions],
    )


def customer_of_events(history: History) -> NDArray[np.int64]:
    """Return the position of each event's customer, shape (n_events,)."""
    n_customers = len(history.starts) - 1
    return np.repeat(np.arange(n_customers, dtype=np.int64), np.diff(history.starts))


def _events(history: History, keep: NDArray[np.bool_]) -> History:
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(keep, dtype=np.int64)])
    return replace(_columns(history, np.flatnonzero(keep)), starts=before[history.starts])


def _columns(history: History, index: NDArray[np.int64]) -> History:
    return replace(
        history,
        occurred_at=history.occurred_at[index],
        received_at=history.received_at[index],
        kind=history.kind[index],
        channel=history.channel[index],
        detail=history.detail[index],
        ref=history.ref[index],
        amount=history.amount[index],
        until=history.until[index],
    )
