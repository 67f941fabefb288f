"""The numbers of many customers without a word about them: for lists, and for rescoring."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from app.bundle.answers.tier_columns import CODE_OF_TIER, NO_TIER, TIERS
from app.bundle.risk_bundle import RiskBundle
from app.db.log.events import KnownCustomers
from app.use_cases.scores.assess import texts_of
from app.use_cases.scores.columns import ScoreColumns, score_columns
from app.use_cases.scores.standing import Left, left_by

# Probability (0 to 1), score and percentile (0 to 100), tier; None together.
NumberRisk: TypeAlias = tuple[float | None, int | None, int | None, str | None]

_CODES: Final = {tier.value: code for tier, code in CODE_OF_TIER.items()} | {None: NO_TIER}
_NAMES: Final = [tier.value for tier in TIERS]
_NO_RISK: Final[NumberRisk] = (None, None, None, None)


class ScoredNumbers(NamedTuple):
    """Customers, their columns and what the answer before left, in the same order."""

    customer_ids: Sequence[str]
    columns: ScoreColumns
    before: Sequence[Left]


def score_numbers(known: KnownCustomers, bundle: RiskBundle, *, as_of: datetime) -> ScoredNumbers:
    """Return the numbers that the whole answers of the same customers would hold, to the bit."""
    ids = texts_of(known.history.customer_ids)
    before = [left_by(known.standing.get(who)) for who in ids]
    stood = np.array([_CODES[tier] for _, _, tier, _ in before], np.int64)
    columns = score_columns(known.history, bundle, as_of=as_of, before=stood)
    return ScoredNumbers(ids, columns, before)


def number_risks(columns: ScoreColumns) -> Iterator[NumberRisk]:
    """Yield the risk of each customer; nothing but None where there is none."""
    for sufficient, probability, score, percentile, code in zip(
        columns.sufficient.tolist(),
        columns.probabilities.tolist(),
        columns.scores.tolist(),
        columns.percentiles.tolist(),
        columns.tiers.tolist(),
        strict=True,
    ):
        yield (probability, score, percentile, _NAMES[code]) if sufficient else _NO_RISK
