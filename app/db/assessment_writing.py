"""Write assessments: by COPY on PostgreSQL, by one prepared statement on SQLite."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from sqlalchemy import Connection

from app.db.connections.postgres_copy import copy_rows
from app.db.tables import NO_JOB

# A row of the table assessments, with the columns in the order of _COLUMNS. as_of is in
# microseconds since the epoch (UTC); answer and standing are JSON text.
AssessmentRecord: TypeAlias = tuple[
    str, int, str, str, float | None, int | None, int | None, str | None, str, str | None
]

CUSTOMER_ID: Final = 0  # the position in a record
JOB_ID: Final = 2
_SCORE_COLUMNS: Final = (
    "customer_id, as_of, job_id, bundle_id, probability, score, percentile, tier"
)
_SCORE_TYPES: Final = (
    "varchar", "int8", "varchar", "varchar", "float8", "int4", "int4", "varchar",
)  # fmt: skip  # of the columns above, on PostgreSQL
_COLUMNS: Final = f"{_SCORE_COLUMNS}, answer, standing"
_TYPES: Final = (*_SCORE_TYPES, "text", "text")
_NEWEST_WINS: Final = (
    "ON CONFLICT (customer_id) DO UPDATE SET as_of = excluded.as_of, job_id = excluded.job_id, "
    "bundle_id = excluded.bundle_id, probability = excluded.probability, score = excluded.score, "
    "percentile = excluded.percentile, tier = excluded.tier "
    "WHERE excluded.as_of >= current_scores.as_of"
)
_REPLACE: Final = (
    "ON CONFLICT (customer_id, as_of, job_id) DO UPDATE SET bundle_id = excluded.bundle_id, "
    "probability = excluded.probability, score = excluded.score, "
    "percentile = excluded.percentile, tier = excluded.tier, answer = excluded.answer, "
    "standing = excluded.standing"
)
# The job has just written the assessments, so the server can read them and nothing is sent twice.
# The range may include other customers of the same job: writing their scores again changes nothing.
# PostgreSQL takes the partial index only with the condition `job_id <> ''`.
_CURRENT_OF_JOB: Final = (
    f"INSERT INTO current_scores ({_SCORE_COLUMNS}) "  # noqa: S608 - constants
    f"SELECT {_SCORE_COLUMNS} FROM assessments WHERE job_id = %s AND job_id <> '' "
    f"AND customer_id BETWEEN %s AND %s ORDER BY customer_id {_NEWEST_WINS}"
)


def write_new(connection: Connection, records: Sequence[AssessmentRecord]) -> None:
    """Write assessments; one that exists already raises IntegrityError."""
    if not records:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_insert("assessments", _COLUMNS, "?"), list(records))
    else:
        statement = f"COPY assessments ({_COLUMNS}) FROM STDIN"
        copy_rows(connection, statement, records, binary_types=_TYPES)


def write_or_replace(connection: Connection, records: Sequence[AssessmentRecord]) -> None:
    """Write assessments; one of the same customer, moment and job is replaced."""
    if records:
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        insert = f"{_insert('assessments', _COLUMNS, mark)} {_REPLACE}"
        connection.exec_driver_sql(insert, list(records))


def write_current_scores(connection: Connection, records: Sequence[AssessmentRecord]) -> None:
    """Make the records the current scores of their customers, except where a newer score is there.

    The records must have been written as assessments before.
    """
    jobs = {record[JOB_ID] for record in records}
    if connection.dialect.name == "postgresql" and len(jobs) == 1 and NO_JOB not in jobs:
        ids = [record[CUSTOMER_ID] for record in records]
        connection.exec_driver_sql(_CURRENT_OF_JOB, (*jobs, min(ids), max(ids)))
    elif records:
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        insert = f"{_insert('current_scores', _SCORE_COLUMNS, mark)} {_NEWEST_WINS}"
        scores = {record[CUSTOMER_ID]: record[: len(_SCORE_TYPES)] for record in records}
        connection.exec_driver_sql(insert, list(scores.values()))


def _insert(table: str, columns: str, mark: str) -> str:
    marks = ", ".join([mark] * len(columns.split(", ")))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - constants of this file
