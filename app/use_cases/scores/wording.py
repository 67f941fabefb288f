"""What people are told about each customer: reasons in words, signals and interventions."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.reasons import NO_REASON, Reasons
from app.bundle.answers.tier_columns import TIERS
from app.bundle.risk_bundle import RiskBundle
from app.domain.assessment import Findings, Json
from app.domain.findings import findings_of
from app.domain.playbooks import Playbook
from app.domain.standing import Standing
from app.features.catalogue import CATALOGUE
from app.features.sentences import Phrase, phrase
from app.playbook.verdicts import verdicts_of
from app.use_cases.scores.columns import ScoreColumns


class Told(NamedTuple):
    """What one customer's people are told; no reasons where there is no risk."""

    reasons: list[Json]
    findings: Findings


def tell_each(
    columns: ScoreColumns,
    reasons: Reasons,
    bundle: RiskBundle,
    playbook: Playbook,
    customer_ids: Sequence[str],
    *,
    as_of: int,
    previous: Mapping[str, Standing] | None = None,
) -> Iterator[Told]:
    """Yield what is told about each customer, as of a moment in microseconds (UTC)."""
    sayings = _sayings(bundle.usual.tobytes())
    for customer_id, sufficient, tier, row, positions, moves, verdicts in zip(
        customer_ids,
        columns.sufficient.tolist(),
        columns.tiers.tolist(),
        _rows(columns.features, bundle.usual),
        reasons.positions.tolist(),
        reasons.contributions.tolist(),
        verdicts_of(playbook, columns.features, bundle.usual),
        strict=True,
    ):
        yield Told(
            _reasons(sayings, row, positions, moves) if sufficient else [],
            findings_of(
                playbook,
                verdicts,
                row,
                tier=TIERS[tier] if sufficient else None,
                as_of=as_of,
                previous=previous.get(customer_id) if previous else None,
            ),
        )


def _rows(features: NDArray[np.float64], usual: NDArray[np.float64]) -> Iterator[Sequence[float]]:
    """Yield each customer's features and the usual ones behind them, without a list of either."""
    n_columns = 2 * len(usual)
    whole = np.empty((len(features), n_columns))
    whole[:, : len(usual)] = features
    whole[:, len(usual) :] = usual
    numbers = whole.reshape(-1).data
    for first in range(0, len(numbers), n_columns):
        yield numbers[first : first + n_columns]


class _Saying(NamedTuple):
    """What can be said about one feature, up to the customer's own value."""

    feature: str
    usual: float | None
    phrase: Phrase
    said: Mapping[float, str]  # the phrase's, which most values are found in


@lru_cache(maxsize=8)
def _sayings(usual: bytes) -> tuple[_Saying, ...]:
    """Return what can be said about each feature; `usual` holds the usual values as float64."""
    values = np.frombuffer(usual, np.float64).tolist()
    sayings = []
    for feature, value in zip(CATALOGUE, values, strict=True):
        says = phrase(feature, value)
        known = None if math.isnan(value) else value
        sayings.append(_Saying(feature.name, known, says, says.said))
    return tuple(sayings)


def _reasons(
    sayings: Sequence[_Saying], row: list[float], positions: list[int], moves: list[float]
) -> list[Json]:
    told = []
    for position, move in zip(positions, moves, strict=True):
        if position == NO_REASON:
            break
        feature, usual, says, said = sayings[position]
        value = row[position]
        told.append({
            "feature": feature,
            "direction": "raises" if move > 0 else "lowers",
            "value": value if value == value else None,  # noqa: PLR0124 - true for all but NaN
            "usual": usual,
            "contribution": move,
            "text": said.get(value) or says.of(value),
        })
    return told
