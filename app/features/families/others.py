"""Activity of types outside the vocabulary: it is counted, and taken for the customer's own."""

from app.compiled.kernel import part
from app.features.arrays import Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import OTHERS
from app.features.known import KnownCustomer, events_in
from app.features.windows import count_within, days_since_last
from app.features.workspace import Workspace

FEATURES = (
    within("other_events_30d", "{value} of other kinds in the last 30 days", family="others",
           unit="events", days=30, riskier=False),
    ever("days_since_other_event", "{value} since the last event of another kind",
         family="others", unit="days", riskier=True, missing="no event of another kind"),
)  # fmt: skip  # read as the table it is
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the features of unknown types of one customer."""
    as_of, occurred_at = customer.as_of, events_in(customer.events, OTHERS).occurred_at
    row[COLUMNS.other_events_30d] = count_within(occurred_at, as_of, 30)
    row[COLUMNS.days_since_other_event] = days_since_last(occurred_at, as_of)


FAMILY = FeatureFamily(FEATURES, reads=(OTHERS,), measure=measure)
