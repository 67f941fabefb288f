"""The two blocks of an answer that speak of money: each customer's own tier edges, and value."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.tier_columns import CODE_OF_TIER, NO_TIER, TIERS
from app.compiled.kernel import entry
from app.domain.assessment import Json
from app.domain.moments import MICROSECONDS_PER_DAY, format_micros
from app.domain.standing import Standing
from app.domain.tiers import AnyTierPolicy, RiskTier, TierPolicy
from app.features.arrays import NO_MOMENT
from app.use_cases.scores.columns import ScoreColumns

_SECOND: Final = 1_000_000


def tiers_before(
    customer_ids: Sequence[str], previous: Mapping[str, Standing] | None, *, as_of: int
) -> NDArray[np.int64] | None:
    """Return the code of the tier in which each customer stood before `as_of` (microseconds).

    `NO_TIER` where none is known; None where nothing is known of anybody.
    """
    if not previous:
        return None
    stood = [_code(previous.get(customer_id), as_of) for customer_id in customer_ids]
    return np.array(stood, dtype=np.int64)


def policy_block(policy: AnyTierPolicy, *, before: RiskTier | None = None) -> Json:
    """Return the edges for a customer of whom no more is known than the tier before."""
    edges = policy.edges_of(before=before)
    return {
        "kind": policy.kind,
        "version": policy.version,
        "high_from": edges.high_from,
        "medium_from": edges.medium_from,
        "value_basis": policy.basis_of(None),
        "offer_cost": None,
    }


def policy_blocks(policy: AnyTierPolicy, columns: ScoreColumns) -> Iterator[Json]:
    """Yield the edges that hold for each customer, and what they rest on."""
    blocks = _blocks_by_tier(policy)
    if isinstance(policy, TierPolicy):
        yield from (blocks[code] for code in columns.before.tolist())
        return
    for sufficient, probability, value, medium, high, tier, before in zip(
        columns.sufficient.tolist(),
        columns.probabilities.tolist(),
        columns.values.tolist(),
        columns.medium_from.tolist(),
        columns.high_from.tolist(),
        columns.tiers.tolist(),
        columns.before.tolist(),
        strict=True,
    ):
        if not sufficient:
            yield blocks[before]
            continue
        block = blocks[NO_TIER] | {
            "high_from": _none_if_missing(high),
            "medium_from": _none_if_missing(medium),
            "value_basis": policy.basis_of(value),
        }
        if TIERS[tier] is RiskTier.HIGH:
            stood = None if before == NO_TIER else TIERS[before]
            block["offer_cost"] = policy.offer_of(probability, value=value, before=stood)
        yield block


@lru_cache(maxsize=8)
def _blocks_by_tier(policy: AnyTierPolicy) -> Mapping[int, Json]:
    """Return `policy_block` by the code of the tier before."""
    blocks = {code: policy_block(policy, before=tier) for tier, code in CODE_OF_TIER.items()}
    return blocks | {NO_TIER: policy_block(policy)}


def value_blocks(
    columns: ScoreColumns, *, as_of: int, horizon_days: int, currency: str | None
) -> Iterator[Json | None]:
    """Yield what each customer is expected to bring; None where nothing is known of it."""
    expected = columns.expected
    if expected is None:
        yield from [None] * len(columns.sufficient)
        return
    moments = expected_moments(expected.next_order_days, as_of=as_of)
    for sufficient, moment, *numbers in zip(
        columns.sufficient.tolist(),
        moments,
        *[column.tolist() for column in expected],
        strict=True,
    ):
        told = [each if each == each else None for each in numbers]  # noqa: PLR0124 - NaN differs
        if not sufficient or told.count(None) == len(told):
            yield None
            continue
        orders, revenue, orders_12m, revenue_12m, _, kept_12m, at_risk = told
        yield {
            "currency": currency,
            "horizon_days": horizon_days,
            "expected_orders": orders,
            "expected_revenue": revenue,
            "expected_orders_12m": orders_12m,
            "expected_revenue_12m": revenue_12m,
            "revenue_12m_if_kept": kept_12m,
            "next_order_expected_at": None if moment is None else format_micros(moment),
            "value_at_risk": at_risk,
        }


def values_at_risk(columns: ScoreColumns) -> list[float | None]:
    """Return `value_at_risk` of each customer's block alone; None where it is not known."""
    if columns.expected is None:
        return [None] * len(columns.sufficient)
    told = zip(columns.sufficient.tolist(), columns.expected.at_risk.tolist(), strict=True)
    return [_none_if_missing(at_risk) if sufficient else None for sufficient, at_risk in told]


def expected_moments(days: NDArray[np.float64], *, as_of: int) -> list[int | None]:
    """Return the moments (microseconds, UTC) so many days after `as_of`, in whole seconds.

    None where `days` is NaN.
    """
    micros = expected_micros(days, as_of=as_of).tolist()
    return [None if moment == NO_MOMENT else moment for moment in micros]


def expected_micros(days: NDArray[np.float64], *, as_of: int) -> NDArray[np.int64]:
    """Return the same as an array; `NO_MOMENT` where `days` is NaN."""
    out = np.empty(len(days), np.int64)
    _add_days(days, as_of, out)
    return out


def warm_up() -> None:
    """Have the kernel ready, also where the first bundle foresees no value."""
    expected_micros(np.zeros(1), as_of=0)


@entry
def _add_days(days: NDArray[np.float64], as_of: int, out: NDArray[np.int64]) -> None:
    for i in range(len(days)):
        if np.isnan(days[i]):
            out[i] = NO_MOMENT
        else:
            micros = as_of + int(days[i] * MICROSECONDS_PER_DAY)
            out[i] = micros - micros % _SECOND


def _code(standing: Standing | None, as_of: int) -> int:
    if standing is None or standing.tier is None or standing.as_of >= as_of:
        return NO_TIER
    return CODE_OF_TIER[standing.tier]


def _none_if_missing(value: float) -> float | None:
    return value if value == value else None  # noqa: PLR0124 - true for all but NaN
