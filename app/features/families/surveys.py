"""What the customer told us when asked."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Codes, Moments, Numbers
from app.features.feature import ever
from app.features.kinds import CSAT, NPS
from app.features.windows import days_since_last

_ever = partial(ever, family="surveys")

FEATURES = (
    _ever("nps_last", "answered {value} when last asked for a recommendation (0 to 10)",
          unit="", riskier=False, missing="no answer to an NPS survey"),
    _ever("csat_last", "rated satisfaction {value} when last asked", unit="", riskier=False,
          missing="no answer to a CSAT survey"),
    _ever("days_since_survey", "{value} since the last survey answer", unit="days", riskier=None,
          missing="never answered a survey"),
)  # fmt: skip  # read as the table it is


@part
def measure_surveys(
    occurred_at: Moments, detail: Codes, answer: Numbers, as_of: int, row: Numbers
) -> None:
    """Write the survey features of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    occurred_at, detail, answer
        The answers, ascending, all before `as_of`: moment (microseconds, UTC), survey, number (NaN
        = none given). Of answers at the same moment the highest counts as the last.
    as_of
        The moment of the snapshot.
    row
        Receives the features; NaN as the catalogue says.
    """
    row[:2] = np.nan
    for i in range(len(answer)):
        if np.isnan(answer[i]):
            continue
        if detail[i] == NPS:
            row[0] = answer[i]
        elif detail[i] == CSAT:
            row[1] = answer[i]
    row[2] = days_since_last(occurred_at, as_of)
