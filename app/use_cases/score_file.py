"""Score the customers of an activity file into a Parquet file; no database is involved."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from app.bundle.opened import RiskBundle
from app.domain.answers import intervention_json, reason_json, signal_json
from app.domain.assessment import Assessment
from app.domain.playbooks import Playbook
from app.features.history import History
from app.files.activity import read_activity
from app.files.customers import CustomersFile, read_customers
from app.files.histories import count_foreign_amounts, history_of
from app.files.reading import AS_IT_STANDS, FileReading
from app.files.scores import write_rejects, write_scores
from app.use_cases.assess import assess_each
from app.use_cases.import_files import OnProgress, silently

ROWS_PER_PART: Final = 10_000  # customers whose answers are in memory as Python objects at a time
INSUFFICIENT: Final = "insufficient_history"
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """What became of an activity file.

    `tiers` counts customers by tier, and under `INSUFFICIENT` those without a risk;
    `rejects_files` hold the rows that were refused, with reasons.
    """

    n_customers: int
    tiers: Mapping[str, int]
    n_rejected: int
    rejects_files: tuple[Path, ...]
    n_foreign_amounts: int
    unknown_types: Mapping[str, int]


def score_file(
    activity: Path,
    bundle: RiskBundle,
    playbook: Playbook,
    *,
    as_of: datetime,
    out: Path,
    customers: Path | None = None,
    reading: FileReading = AS_IT_STANDS,
    on_progress: OnProgress = silently,
) -> ScoredFile:
    """Write one row per customer to `out`; the columns are those of `app.files.scores.SCHEMA`.

    Parameters
    ----------
    activity, customers
        CSV, gzipped CSV or Parquet; customers' facts are optional.
    bundle, playbook
        What scores, and what is made of it.
    as_of
        Nothing at or after this moment is used.
    out
        A Parquet file; it appears whole or not at all.
    reading
        How to understand the columns of the activity file.
    on_progress
        Called with the customers that are scored and all of them.
    """
    read = read_activity(activity, reading=reading)
    known = (
        None if customers is None else read_customers(customers, reading=reading.of_other_columns())
    )
    history = history_of(read.good, None if known is None else known.good, currency=bundle.currency)
    tiers: Counter[str] = Counter()
    assessed = assess_each(history, bundle, playbook, as_of=as_of)
    n_customers = write_scores(out, _parts(assessed, history, tiers, on_progress))
    rejects = [write_rejects(activity, read.rejects), _rejects_of(customers, known)]
    return ScoredFile(
        n_customers=n_customers,
        tiers=dict(tiers),
        n_rejected=read.rejects.height + (0 if known is None else known.rejects.height),
        rejects_files=tuple([path for path in rejects if path is not None]),
        n_foreign_amounts=count_foreign_amounts(read.good, currency=bundle.currency),
        unknown_types=read.unknown_types,
    )


def _parts(
    assessed: Iterator[Assessment],
    history: History,
    tiers: Counter[str],
    on_progress: OnProgress,
) -> Iterator[Sequence[Row]]:
    part: list[Row] = []
    done = 0
    for assessment in assessed:
        part.append(_row(assessment))
        tiers[assessment.risk.tier.value if assessment.risk else INSUFFICIENT] += 1
        if len(part) == ROWS_PER_PART:
            done += len(part)
            yield part
            on_progress(done, history.n_customers)
            part = []
    if part:
        yield part
    on_progress(history.n_customers, history.n_customers)


def _row(assessment: Assessment) -> Row:
    risk = assessment.risk
    return (
        assessment.customer_id,
        assessment.as_of,
        risk.probability if risk else None,
        risk.score if risk else None,
        risk.percentile if risk else None,
        risk.tier.value if risk else None,
        assessment.sufficient_history,
        assessment.bundle_id,
        _json([reason_json(reason) for reason in assessment.reasons]),
        _json([signal_json(signal) for signal in assessment.signals]),
        _json([intervention_json(each) for each in assessment.interventions]),
    )


def _json(items: Sequence[Mapping[str, object]]) -> str:
    return orjson.dumps(items).decode()


def _rejects_of(path: Path | None, read: CustomersFile | None) -> Path | None:
    return None if path is None or read is None else write_rejects(path, read.rejects)
