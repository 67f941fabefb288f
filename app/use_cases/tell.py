"""What people are told about each customer: reasons in words, signals and interventions."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from app.bundle.opened import RiskBundle
from app.bundle.reasons import NO_REASON, Reasons
from app.bundle.tier_columns import TIERS
from app.domain.assessment import Findings, Json
from app.domain.findings import findings_of
from app.domain.playbooks import Playbook
from app.domain.standing import Standing
from app.features.catalogue import CATALOGUE
from app.features.sentences import Phrase, phrase
from app.playbook.verdicts import verdicts_of
from app.use_cases.score_columns import ScoreColumns


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
    usual = bundle.usual.tolist()
    for customer_id, sufficient, tier, features, positions, moves, verdicts in zip(
        customer_ids,
        columns.sufficient.tolist(),
        columns.tiers.tolist(),
        columns.features,
        reasons.positions.tolist(),
        reasons.moves.tolist(),
        verdicts_of(playbook, columns.features, bundle.usual),
        strict=True,
    ):
        row = features.tolist() + usual  # one at a time, which stays in the nearest cache
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


class _Saying(NamedTuple):
    """What can be said about one feature, up to the customer's own value."""

    feature: str
    usual: float | None
    phrase: Phrase


@lru_cache(maxsize=8)
def _sayings(usual: bytes) -> tuple[_Saying, ...]:
    """Return what can be said about each feature; `usual` holds the usual values as float64."""
    values = np.frombuffer(usual, np.float64).tolist()
    return tuple([
        _Saying(feature.name, _none_if_missing(value), phrase(feature, value))
        for feature, value in zip(CATALOGUE, values, strict=True)
    ])


def _reasons(
    sayings: Sequence[_Saying], row: list[float], positions: list[int], moves: list[float]
) -> list[Json]:
    told = []
    for position, move in zip(positions, moves, strict=True):
        if position == NO_REASON:
            break
        feature, usual, says = sayings[position]
        value = row[position]
        told.append({
            "feature": feature,
            "direction": "raises" if move > 0 else "lowers",
            "value": _none_if_missing(value),
            "usual": usual,
            "contribution": move,
            "text": says.of(value),
        })
    return told


def _none_if_missing(value: float) -> float | None:
    return value if value == value else None  # noqa: PLR0124 - true for all but NaN
