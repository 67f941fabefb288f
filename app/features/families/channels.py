"""The number of channels on which the customer is active."""

from app.compiled.kernel import part
from app.features.arrays import Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import within
from app.features.kinds import EVERY_GROUP, IS_OWN, NO_CHANNEL
from app.features.known import KnownCustomer, all_events
from app.features.windows import start_of
from app.features.workspace import Workspace

FEATURES = (
    within("channels_distinct_90d", "active on {value} in the last 90 days", family="channels",
           unit="channels", days=90, riskier=False),
)  # fmt: skip  # read as the table it is
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the channel feature of one customer.

    Only activity of the customer's own on a named channel counts; all channels outside the
    vocabulary count as one.
    """
    events = all_events(customer.events)
    last_90 = start_of(customer.as_of, 90)
    channels = 0  # one bit for each channel
    for i in range(len(events.occurred_at)):
        channel = events.channel[i]
        if events.occurred_at[i] >= last_90 and IS_OWN[events.kind[i]] and channel != NO_CHANNEL:
            channels |= 1 << channel
    n_channels = 0
    while channels:
        n_channels += channels & 1
        channels >>= 1
    row[COLUMNS.channels_distinct_90d] = n_channels


FAMILY = FeatureFamily(FEATURES, reads=EVERY_GROUP, measure=measure)
