"""What the answer before leaves to the next one: its score, and since when each finding stands."""

from collections.abc import Mapping
from typing import NamedTuple

from app.domain.tiers import RiskTier


class Standing(NamedTuple):
    """A kept answer, as far as another one is compared with it; moments in microseconds (UTC).

    `score` and `tier` are None together. `signals` says by name, and `interventions` by reason,
    since when they have been standing.
    """

    as_of: int
    score: int | None
    tier: RiskTier | None
    signals: Mapping[str, int]
    interventions: Mapping[str, int]
