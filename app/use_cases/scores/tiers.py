"""The tier policy as it applies to each customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.tier_columns import NO_TIER
from app.domain.scores.previous import PreviousAnswer
from app.domain.tier_policies import AppliedTierPolicy, SharePolicy, TierPolicy
from app.domain.tiers import CODE_OF_TIER, TIERS, RiskTier
from app.use_cases.scores.columns import CustomerNumbers, none_if_nan


def tier_codes_before(
    customer_ids: Sequence[str], previous: Mapping[str, PreviousAnswer], *, as_of: int
) -> NDArray[np.int64] | None:
    """Return the code of each customer's tier before `as_of` (microseconds).

    `NO_TIER` where it is not known; None where nobody's is.
    """
    if not previous:
        return None
    codes = [_code(previous.get(customer_id), as_of) for customer_id in customer_ids]
    return np.array(codes, dtype=np.int64)


def policy_without_value(
    policy: TierPolicy, *, before: RiskTier | None = None
) -> AppliedTierPolicy:
    """Return the policy for a customer of whom no more is known than the tier before."""
    edges = policy.edges_of(before=before)
    return AppliedTierPolicy(
        kind=policy.kind,
        version=policy.version,
        high_from=edges.high_from,
        medium_from=edges.medium_from,
        value_basis=None if isinstance(policy, SharePolicy) else policy.basis_of(None),
        offer_cost=None,
    )


@dataclass(frozen=True, slots=True)
class PolicyApplication:
    """Applies a tier policy to one customer after the other."""

    policy: TierPolicy
    without_value: Mapping[int, AppliedTierPolicy]  # by the code of the tier before

    def to(self, customer: CustomerNumbers) -> AppliedTierPolicy:
        """Return the policy as it applies to a customer."""
        policy = self.policy
        if isinstance(policy, SharePolicy) or not customer.sufficient:
            return self.without_value[customer.tier_before]
        offer = None
        if TIERS[customer.tier] is RiskTier.HIGH:
            code = customer.tier_before
            before = None if code == NO_TIER else TIERS[code]
            offer = policy.offer_of(customer.probability, value=customer.value, before=before)
        return AppliedTierPolicy(
            policy.kind,
            policy.version,
            none_if_nan(customer.high_from),
            none_if_nan(customer.medium_from),
            policy.basis_of(customer.value),
            offer,
        )


@lru_cache(maxsize=8)
def application_of(policy: TierPolicy) -> PolicyApplication:
    """Return what applies `policy` to customers."""
    applied = {
        code: policy_without_value(policy, before=tier) for tier, code in CODE_OF_TIER.items()
    }
    return PolicyApplication(policy, applied | {NO_TIER: policy_without_value(policy)})


def _code(previous: PreviousAnswer | None, as_of: int) -> int:
    if previous is None or previous.tier is None or previous.as_of >= as_of:
        return NO_TIER
    return CODE_OF_TIER[previous.tier]
