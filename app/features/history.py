"""The activity of many customers as sorted columns, from which every feature is measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.features.arrays import NO_MOMENT, Codes, Kinds, Moments, Numbers, Positions, Refs
from app.features.kinds import N_CHANNELS, N_DETAILS, N_KINDS
from app.features.sorting import sort_columns

__all__ = ["NO_MOMENT", "History", "group_and_sort"]


@dataclass(frozen=True, slots=True)
class History:
    """Activity of many customers in sorted columns.

    Customer i owns the events ``starts[i]:starts[i + 1]``. Make a history with `group_and_sort`,
    which guarantees the order: the events of a customer ascend by ``(occurred_at, kind, channel,
    detail, until, amount, received_at)``. The order in which a log was read thus does not matter.

    Attributes
    ----------
    customer_ids
        Length n_customers.
    starts
        int64, shape (n_customers + 1,), never descending.
    signed_up_at
        int64, shape (n_customers,), microseconds (UTC); NO_MOMENT = not known.
    occurred_at, received_at
        int64, shape (n,), microseconds (UTC).
    kind, channel, detail
        int16, int8, int8, shape (n,): codes of `app.domain.activity`.
    ref
        int64, shape (n,): any 64-bit hash of the text, 0 = none. Only whether two refs of the same
        customer are equal has a meaning.
    amount
        float64, shape (n,); finite, or NaN = none, or in another currency than the bundle's.
    until
        int64, shape (n,): the renewal date of subscription events, NO_MOMENT = none.
    """

    customer_ids: Sequence[str] | NDArray[np.str_] | NDArray[np.object_]
    starts: Positions
    signed_up_at: Moments
    occurred_at: Moments
    received_at: Moments
    kind: Kinds
    channel: Codes
    detail: Codes
    ref: Refs
    amount: Numbers
    until: Moments

    @property
    def n_customers(self) -> int:
        """The number of customers, with or without any activity."""
        return len(self.starts) - 1

    @property
    def n_events(self) -> int:
        """The number of events of all customers together."""
        return int(self.starts[-1] - self.starts[0])

    def part(self, first: int, last: int) -> "History":
        """Return the history of customers ``first:last``; it shares the columns of this one."""
        if first == 0 and last == self.n_customers:
            return self
        return History(
            customer_ids=self.customer_ids[first:last],
            starts=self.starts[first : last + 1],
            signed_up_at=self.signed_up_at[first:last],
            occurred_at=self.occurred_at,
            received_at=self.received_at,
            kind=self.kind,
            channel=self.channel,
            detail=self.detail,
            ref=self.ref,
            amount=self.amount,
            until=self.until,
        )


def group_and_sort(
    *,
    customer_ids: Sequence[str] | NDArray[np.str_] | NDArray[np.object_],
    customer_codes: NDArray[np.integer],
    occurred_at: Moments,
    kind: Kinds,
    signed_up_at: Moments | None = None,
    received_at: Moments | None = None,
    channel: Codes | None = None,
    detail: Codes | None = None,
    ref: Refs | None = None,
    amount: Numbers | None = None,
    until: Moments | None = None,
) -> History:
    """Return the history of events that come in any order; the arguments are never modified.

    Parameters
    ----------
    customer_ids
        The customers, also those without any event.
    customer_codes
        Shape (n,): the position in `customer_ids` of each event's customer.
    occurred_at, kind
        Shape (n,), as in `History`.
    signed_up_at
        Shape (n_customers,); None = no sign-up is known.
    received_at, channel, detail, ref, amount, until
        Shape (n,), as in `History`. None = received when it occurred; for the others, no event has
        one.

    Raises
    ------
    ValueError
        If a column has another length, a code is out of range, or an amount is infinite; the
        message names the column.
    """
    n, n_customers = len(occurred_at), len(customer_ids)
    codes = _column("customer_codes", customer_codes, np.int64, n)
    columns = {
        "occurred_at": _column("occurred_at", occurred_at, np.int64, n),
        "received_at": _column("received_at", received_at, np.int64, n, occurred_at),
        "kind": _column("kind", kind, np.int16, n),
        "channel": _column("channel", channel, np.int8, n, 0),
        "detail": _column("detail", detail, np.int8, n, 0),
        "ref": _column("ref", ref, np.int64, n, 0),
        "amount": _column("amount", amount, np.float64, n, np.nan),
        "until": _column("until", until, np.int64, n, NO_MOMENT),
    }
    _validate_range("customer_codes", codes, n_customers)
    _validate_range("kind", columns["kind"], N_KINDS)
    _validate_range("channel", columns["channel"], N_CHANNELS)
    _validate_range("detail", columns["detail"], N_DETAILS)
    if np.isinf(columns["amount"]).any():
        raise ValueError("an amount must be a finite number or NaN (none), got an infinite one")
    starts, ordered = sort_columns(codes, n_customers, tuple(columns.values()))
    return History(
        customer_ids,
        starts,
        _column("signed_up_at", signed_up_at, np.int64, n_customers, NO_MOMENT),
        *ordered,
    )


def _column(
    name: str, values: object, dtype: type[np.generic], n: int, default: object = None
) -> NDArray[Any]:
    """Return `values`, or `default` if they are None, as a contiguous array of length `n`."""
    if values is None:
        values = np.broadcast_to(np.asarray(default, dtype), (n,))
    column = np.require(values, dtype, ["C"])  # one type of array, so one compiled kernel
    if column.shape != (n,):
        raise ValueError(f"column {name} must have shape ({n},), got {column.shape}")
    return column


def _validate_range(name: str, codes: NDArray[np.generic], n_codes: int) -> None:
    if len(codes) and not (int(codes.min()) >= 0 and int(codes.max()) < n_codes):
        raise ValueError(
            f"column {name} must lie in 0 to {n_codes - 1}, got {codes.min()} to {codes.max()}"
        )
