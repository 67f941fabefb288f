"""The one way from a history to features: for one customer, a thousand, or all of them."""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.features.arrays import Moments, Numbers, Positions
from app.features.catalogue import FAMILIES, FEATURE_INDEX, FEATURE_NAMES
from app.features.family import FeatureFamily, Measure
from app.features.history import History, group_and_sort
from app.features.known import (
    HistoryColumns,
    KnownCustomer,
    KnownEvents,
    empty_known_events,
    history_columns,
    joined_at,
    longest_history,
    select_known,
)
from app.features.population import last_activity_at, subscribed_at
from app.features.workspace import Workspace, empty_workspace

_N_FEATURES = len(FEATURE_NAMES)
_MAX_REUSED = 4_096  # events, half a megabyte; hardly any customer has more


def features_of(history: History, *, as_of: int | Moments) -> NDArray[np.float64]:
    """Return the features of every customer as of a moment.

    Pure: the history is never modified, the order in which its log was read does not matter, and
    the features of a customer are the same, bit for bit, whoever else is in the history.

    Parameters
    ----------
    history
        The activity of the customers.
    as_of
        Microseconds since the epoch (UTC): one moment for all, or one for each customer, shape
        (n_customers,).

    Returns
    -------
    float64 array of shape (n_customers, n_features), columns as in `FEATURE_NAMES`; finite, or NaN
    where the catalogue says so.
    """
    moments = np.empty(history.n_customers, np.int64)
    moments[:] = as_of
    rows = np.empty((history.n_customers, _N_FEATURES))
    n = history.n_events  # an upper limit that takes no search
    known, workspace = _buffers.of(n if n <= _MAX_REUSED else longest_history(history.starts))
    columns, starts = history_columns(history), history.starts
    _measure_each(columns, starts, history.signed_up_at, moments, rows, known, workspace)
    return rows


def warm_up() -> None:
    """Compile or load every kernel, so that no request ever waits for that."""
    nothing = np.empty(0, np.int64)
    history = group_and_sort(
        customer_ids=["nobody"],
        customer_codes=nothing,
        occurred_at=nothing,
        kind=nothing.astype(np.int16),
    )
    features_of(history, as_of=0)
    last_activity_at(history, as_of=0)
    subscribed_at(history, as_of=0)


class _Buffers(threading.local):
    """Arrays that are used again from call to call.

    Allocating them would be a quarter of the time that one customer takes. Each thread has its own,
    as kernels run side by side.
    """

    capacity = -1

    def of(self, capacity: int) -> tuple[KnownEvents, Workspace]:
        """Return buffers for customers with up to `capacity` events."""
        if capacity > _MAX_REUSED:
            return empty_known_events(capacity), empty_workspace(capacity)
        if capacity > self.capacity:
            self.capacity = min(2 * capacity + 64, _MAX_REUSED)
            self.reused = empty_known_events(self.capacity), empty_workspace(self.capacity)
        return self.reused


_buffers = _Buffers()


def _one_after_another(families: Sequence[FeatureFamily]) -> Measure:
    """Return a part that measures all families, each in its own columns of a whole row.

    A kernel cannot loop over parts, so the source of this one, a call for each family, is written
    here. Parts that call each other in pairs do the same, but take Numba half as long again.
    """
    names: dict[str, Any] = {"__name__": __name__}
    source = ["def measure(customer, workspace, row):"]
    for family in families:
        first = FEATURE_INDEX[family.features[0].name]
        columns = f"{first}:{first + len(family.features)}"
        source.append(f"    measure_{family.name}(customer, workspace, row[{columns}])")
        names[f"measure_{family.name}"] = family.measure
    exec("\n".join(source), names)  # noqa: S102 - made of nothing but names and numbers of ours
    return part(names["measure"])


_measure_families = _one_after_another(FAMILIES)


@entry
def _measure_each(
    columns: HistoryColumns,
    starts: Positions,
    signed_up_at: Moments,
    as_of: Moments,
    rows: Numbers,
    known: KnownEvents,
    workspace: Workspace,
) -> None:
    for i in range(len(as_of)):
        select_known(columns, starts[i], starts[i + 1], as_of[i], known)
        joined = joined_at(known, signed_up_at[i], as_of[i])
        rows[i, :] = np.nan
        _measure_families(KnownCustomer(known, joined, as_of[i]), workspace, rows[i])
