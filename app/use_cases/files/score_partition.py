"""Score one partition of a log into a table, with reasons or with numbers alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from app.bundle.risk_bundle import RiskBundle
from app.domain.moments import to_micros
from app.domain.playbooks import Playbook
from app.features.history import NO_MOMENT, History
from app.files.partitions import Partition
from app.files.scores import NUMBERS_SCHEMA, SCHEMA
from app.use_cases.scores.assess import CHUNK, N_REASONS, NOTHING_BEFORE
from app.use_cases.scores.columns import TIER_NAMES, ScoreColumns, explained_columns, score_columns
from app.use_cases.scores.context import is_stale
from app.use_cases.scores.encoding import Json, encode_interventions, encode_reasons, encode_signals
from app.use_cases.scores.explanations import explain_each
from app.use_cases.scores.value import expected_micros

# The columns of value have the same names as in the API's answers.
_VALUE: Final = (
    "expected_orders_12m",
    "expected_revenue_12m",
    "value_at_risk",
    "next_order_expected_at",
)
_CERTAINTY: Final = ("probability_low", "probability_high", "out_of_distribution")
_RISK: Final = ("probability", "score", "percentile", "tier", *_CERTAINTY, *_VALUE)
_UNKNOWN_AS_NAN: Final = (*_CERTAINTY[:2], *_VALUE[:3])
_TIERS: Final = pl.Series(TIER_NAMES)  # by their codes
_TEXT_SCHEMA: Final = {name: kind for name, kind in SCHEMA.items() if name not in NUMBERS_SCHEMA}


@dataclass(frozen=True, slots=True)
class Scoring:
    """How the customers of a log are scored.

    Attributes
    ----------
    bundle, playbook
        What scores the customers, and what their reasons lead to; without a playbook the scores
        are numbers alone.
    as_of
        Nothing at or after this moment is used.
    log_until
        When the newest event of the log was received; None if there is none, or not known yet.
    """

    bundle: RiskBundle
    playbook: Playbook | None
    as_of: datetime
    log_until: datetime | None


def score_history(scoring: Scoring, history: History) -> Iterator[pl.DataFrame]:
    """Yield one row per customer of `history`, in its order.

    The columns are those of `schema_of`; the numbers must be the same with and without reasons.
    """
    for first in range(0, history.n_customers, CHUNK):
        chunk = history.part(first, min(first + CHUNK, history.n_customers))
        if scoring.playbook is None:
            columns = score_columns(chunk, scoring.bundle, as_of=scoring.as_of)
            yield _numbers(scoring, chunk, columns)
        else:
            yield _with_reasons(scoring, scoring.playbook, chunk)


def score_partition(scoring: Scoring, partition: Partition) -> pl.DataFrame:
    """Return the scores of a partition in one table."""
    history = partition.history(currency=scoring.bundle.currency)
    empty = pl.DataFrame(schema=schema_of(scoring))
    return pl.concat([empty, *score_history(scoring, history)])


def schema_of(scoring: Scoring) -> pl.Schema:
    """Return the columns of the score file."""
    return NUMBERS_SCHEMA if scoring.playbook is None else SCHEMA


def _with_reasons(scoring: Scoring, playbook: Playbook, history: History) -> pl.DataFrame:
    bundle, as_of = scoring.bundle, scoring.as_of
    columns, reasons = explained_columns(history, bundle, as_of=as_of, n_reasons=N_REASONS)
    texts = [
        (
            _json(encode_reasons(each.reasons)),
            _json(encode_signals(each.findings.signals)),
            _json(encode_interventions(each.findings.interventions)),
        )
        for each in explain_each(
            columns.customers(),
            columns,
            reasons,
            bundle,
            playbook,
            as_of=to_micros(as_of),
            previous=NOTHING_BEFORE,
        )
    ]
    text_columns = pl.DataFrame(texts, schema=_TEXT_SCHEMA, orient="row")
    return _numbers(scoring, history, columns).hstack(text_columns)


def _numbers(scoring: Scoring, history: History, columns: ScoreColumns) -> pl.DataFrame:
    bundle = scoring.bundle
    table = pl.DataFrame({
        "customer_id": pl.Series(history.customer_ids, dtype=pl.String),
        "probability": columns.probabilities,
        "score": columns.scores,
        "tier": _TIERS.gather(columns.tiers),
        "percentile": columns.percentiles,
        "sufficient_history": columns.sufficient,
        "probability_low": columns.low,
        "probability_high": columns.high,
        "out_of_distribution": columns.unusual,
        **_expected(columns, as_of=to_micros(scoring.as_of)),
    })
    constants = {"as_of": scoring.as_of, "stale": _stale(scoring), "bundle_id": bundle.id}
    literals = [pl.lit(value).alias(name) for name, value in constants.items()]
    return table.with_columns(literals).select(_output_columns())


def _expected(columns: ScoreColumns, *, as_of: int) -> dict[str, NDArray[np.generic] | None]:
    """Return the columns of value; None if the bundle does not forecast it."""
    if columns.expected is None:
        return dict.fromkeys(_VALUE)
    expected = columns.expected
    days = expected.next_order_days
    moments = np.where(np.isnan(days), NO_MOMENT, expected_micros(days, as_of=as_of))
    numbers = (expected.orders_12m, expected.revenue_12m, expected.at_risk)
    return dict(zip(_VALUE, [*numbers, moments], strict=True))


@cache
def _output_columns() -> tuple[pl.Expr, ...]:
    """Return the columns of the score file; null = not known.

    They are computed in one `select`, because every further operation on a table takes as long as
    scoring ten customers.
    """
    return tuple(
        (pl.when("sufficient_history").then(_known(name)) if name in _RISK else pl.col(name))
        .cast(kind)
        .alias(name)
        for name, kind in NUMBERS_SCHEMA.items()
    )


def _known(name: str) -> pl.Expr:
    """Return a column of risk, certainty or value, with null for NaN and NO_MOMENT."""
    value = pl.col(name)
    if name == "next_order_expected_at":
        return pl.when(value != NO_MOMENT).then(value)
    return value.fill_nan(None) if name in _UNKNOWN_AS_NAN else value


def _stale(scoring: Scoring) -> bool:
    trained_until = scoring.bundle.manifest.facts.trained_until
    return is_stale(scoring.as_of, trained_until=trained_until, log_until=scoring.log_until)


def _json(blocks: list[Json]) -> str:
    return orjson.dumps(blocks).decode()
