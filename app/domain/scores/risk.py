"""The number of an answer, and how sure it is."""

from typing import NamedTuple

from app.domain.tiers import RiskTier


class Risk(NamedTuple):
    """The calibrated churn probability of one customer, and what follows from it.

    The margin is the log-odds of the probability. It equals `base_margin`, plus the contributions
    of the reasons, plus `other_contributions`.
    """

    probability: float  # 0 to 1
    score: int  # 0 to 100, 100 is most at risk
    percentile: int  # 0 to 100: share of the reference population with a smaller risk, in percent
    tier: RiskTier
    margin: float  # log-odds
    base_margin: float  # log-odds, the same for every customer of a bundle
    other_contributions: float  # log-odds: the sum over all features that are not among the reasons


class Interval(NamedTuple):
    """The interval around a churn probability; all three are numbers from 0 to 1."""

    low: float
    high: float
    level: float  # the share of intervals that are meant to contain the true probability
