"""On how many channels the customer meets us."""

from app.compiled.kernel import part
from app.features.arrays import Codes, Kinds, Moments, Numbers
from app.features.feature import within
from app.features.kinds import IS_OWN, NO_CHANNEL
from app.features.windows import start_of

FEATURES = (
    within("channels_distinct_90d", "active on {value} in the last 90 days", family="channels",
           unit="channels", days=90, riskier=False),
)  # fmt: skip  # read as the table it is


@part
def measure_channels(
    occurred_at: Moments, kind: Kinds, channel: Codes, as_of: int, row: Numbers
) -> None:
    """Write the channel feature of one customer into `row`.

    Parameters
    ----------
    occurred_at, kind, channel
        All that is known of the customer before `as_of`, in any order. Only what the customer did,
        on a channel that is named, counts; all channels that we do not know count as one.
    as_of
        The moment of the snapshot (microseconds, UTC).
    row
        Receives the feature.
    """
    last_90 = start_of(as_of, 90)
    seen = 0
    for i in range(len(occurred_at)):
        if occurred_at[i] >= last_90 and IS_OWN[kind[i]] and channel[i] != NO_CHANNEL:
            seen |= 1 << channel[i]
    row[0] = 0
    while seen:
        row[0] += seen & 1
        seen >>= 1
