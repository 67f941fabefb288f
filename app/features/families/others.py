"""Activity of types that we do not know: kept, counted, and taken for the customer's doing."""

from app.compiled.kernel import part
from app.features.arrays import Moments, Numbers
from app.features.feature import ever, within
from app.features.windows import count_within, days_since_last

FEATURES = (
    within("other_events_30d", "{value} of other kinds in the last 30 days", family="others",
           unit="events", days=30, riskier=False),
    ever("days_since_other_event", "{value} since the last event of another kind",
         family="others", unit="days", riskier=True, missing="no event of another kind"),
)  # fmt: skip  # read as the table it is


@part
def measure_others(occurred_at: Moments, as_of: int, row: Numbers) -> None:
    """Write the features of unknown types of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    occurred_at
        The events: microseconds (UTC), ascending, all before `as_of`.
    as_of
        The moment of the snapshot.
    row
        Receives the features; NaN as the catalogue says.
    """
    row[0] = count_within(occurred_at, as_of, 30)
    row[1] = days_since_last(occurred_at, as_of)
