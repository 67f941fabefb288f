"""Our answer about one customer as of a moment, and what the answers of one call share.

These are named tuples, not dataclasses, because a call makes a thousand of them: to build one costs
a third of what a frozen dataclass costs. `app.use_cases.scores.encoding` writes them as JSON.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.bundles import Basis, BundleIdentity, BundleWarning
from app.domain.churn import ChurnDefinition
from app.domain.playbooks import PlaybookIdentity
from app.domain.scores.findings import Findings
from app.domain.scores.reasons import Reason
from app.domain.scores.risk import Interval, Risk
from app.domain.scores.value import ExpectedValue
from app.domain.tier_policies import AppliedTierPolicy


class Assessment(NamedTuple):
    """What an answer says about one customer and nobody else.

    Where the history is not sufficient, `risk` is None and `reasons` is empty: the customer is
    outside the population that the bundle was trained on, and any number would be a guess.
    """

    customer_id: str
    risk: Risk | None
    reasons: Sequence[Reason]  # the largest contribution first
    findings: Findings
    tier_policy: AppliedTierPolicy
    value: ExpectedValue | None  # None where nothing is known
    interval: Interval | None  # None where there is no risk, or the bundle measured no interval
    unusual_features: Sequence[str] | None  # None where the bundle cannot tell
    last_activity_at: int | None  # microseconds (UTC); None = never


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """What all answers of one call share: the moment asked about, and what they rest on."""

    as_of: int  # microseconds (UTC)
    churn: ChurnDefinition
    currency: str | None  # of all amounts; None where the bundle knows of none
    bundle: BundleIdentity
    basis: Basis
    playbook: PlaybookIdentity | None  # None where only numbers are asked for
    stale: bool  # whether the bundle or the log is too old to be trusted
    warnings: tuple[BundleWarning, ...]
