"""What an answer says of its own certainty: the interval, and what is unusual about a customer."""

from collections.abc import Iterator

from app.bundle.risk_bundle import RiskBundle
from app.domain.assessment import Json
from app.use_cases.scores.columns import ScoreColumns


def interval_blocks(columns: ScoreColumns, bundle: RiskBundle) -> Iterator[Json | None]:
    """Yield the interval of each customer's probability; None where nothing is known of it."""
    if bundle.intervals is None:
        yield from [None] * len(columns.sufficient)
        return
    level = bundle.intervals.coverage
    for sufficient, low, high in zip(
        columns.sufficient.tolist(), columns.low.tolist(), columns.high.tolist(), strict=True
    ):
        yield {"low": low, "high": high, "level": level} if sufficient else None


def unusual_features(columns: ScoreColumns, bundle: RiskBundle) -> list[list[str] | None]:
    """Return the names of each customer's unusual features; None where nobody can tell."""
    unusual_features = bundle.unusual_features
    if unusual_features is None:
        return [None] * len(columns.sufficient)
    told = zip(columns.sufficient.tolist(), columns.unusual.tolist(), strict=True)
    return [
        (list(unusual_features.names_in(columns.features[i])) if unusual else [])
        if sufficient
        else None
        for i, (sufficient, unusual) in enumerate(told)
    ]


def out_of_distribution(columns: ScoreColumns, bundle: RiskBundle) -> list[bool | None]:
    """Return whether anything is unusual about each customer; None where nobody can tell."""
    if bundle.unusual_features is None:
        return [None] * len(columns.sufficient)
    told = zip(columns.sufficient.tolist(), columns.unusual.tolist(), strict=True)
    return [unusual if sufficient else None for sufficient, unusual in told]
