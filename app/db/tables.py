"""All tables. Rows must not leave app/db: its functions take and return types of the domain."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.db.columns import Identifier, ShortText, UtcMicros

# The newest migration; a test compares it with the scripts. It is written here so that the service
# can compare its database with it without importing Alembic.
MIGRATED_TO = "0010"

ONLY_ON = "only_on"  # key of `info`: the name of the one database that has this table or index
NO_JOB = ""  # the job_id of assessments that no job made; a primary key cannot hold NULL


class Base(DeclarativeBase):
    """The metadata of all tables; every constraint has a name, so that migrations can change it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcMicros}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class CustomerRow(Base):
    """Facts about a customer; all are empty for a customer who is known from activity only."""

    __tablename__ = "customers"

    customer_id: Mapped[Identifier] = mapped_column(primary_key=True)
    signed_up_at: Mapped[datetime | None]
    acquisition_channel: Mapped[ShortText | None]
    acquisition_cost: Mapped[float | None]
    currency: Mapped[ShortText | None]
    owner: Mapped[ShortText | None]
    consent: Mapped[str] = mapped_column(Text, server_default="{}")  # JSON: channel -> bool


class AccountVersionRow(Base):
    """The account of a customer as it was from `valid_from` on."""

    __tablename__ = "account_versions"

    customer_id: Mapped[Identifier] = mapped_column(
        ForeignKey("customers.customer_id"), primary_key=True
    )
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    plan: Mapped[ShortText | None]
    price: Mapped[float | None]
    renews_at: Mapped[datetime | None]
    contract: Mapped[ShortText | None]
    packed: Mapped[bytes] = mapped_column(LargeBinary)  # see app.db.log.packing


class ActivityRow(Base):
    """One event; the table is append-only.

    `packed` repeats in 48 bytes what features read. On PostgreSQL the index holds it beside the
    key, so that the history of a customer is one range scan that never touches the table. SQLite
    would write a page of such an index for nearly every event of a batch; it has `HistoryRow`
    instead.

    There is no foreign key to customers: `record` creates the customer in the same transaction, and
    verifying a key for every row would cost more than writing the row.
    """

    __tablename__ = "activity"
    __table_args__ = (
        Index(
            "ix_activity_history",
            "customer_id",
            "occurred_at",
            "packed",
            info={ONLY_ON: "postgresql"},
        ),
    )

    event_id: Mapped[Identifier] = mapped_column(primary_key=True)
    customer_id: Mapped[Identifier]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    type: Mapped[ShortText]
    channel: Mapped[ShortText | None]
    amount: Mapped[float | None]
    currency: Mapped[ShortText | None]
    ref: Mapped[ShortText | None]
    properties: Mapped[str | None] = mapped_column(Text)  # a JSON object
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class HistoryRow(Base):
    """Packed events of one customer, joined in any order; see `app.db.log.recent`."""

    __tablename__ = "histories"
    __table_args__ = {"info": {ONLY_ON: "sqlite"}}  # noqa: RUF012 - SQLAlchemy reads a plain dict

    customer_id: Mapped[Identifier] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class RecentActivityRow(Base):
    """An event that is in no history yet; positions only grow, and none is used twice."""

    __tablename__ = "recent_activity"
    __table_args__ = {"info": {ONLY_ON: "sqlite"}, "sqlite_autoincrement": True}  # noqa: RUF012 - as above

    position: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[Identifier] = mapped_column(index=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class LogStateRow(Base):
    """Until when the log was received: one row, so that the log need not be searched for it."""

    __tablename__ = "log_state"

    log_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # always 1
    received_until: Mapped[datetime | None]  # to the hour; NULL: there is no event


class AssessmentRow(Base):
    """A stored score of a customer as of a moment; `answer` is the full answer as JSON.

    It is empty if the rescoring stored numbers only. `standing` is what the next answer is compared
    with, a twentieth of the answer; NULL in rows that are older than this column.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        # Even if the cursor of a job were wrong, the database would not let it score anybody twice.
        Index(
            "uq_assessments_job_id_customer_id",
            "job_id",
            "customer_id",
            unique=True,
            sqlite_where=text("job_id <> ''"),
            postgresql_where=text("job_id <> ''"),
        ),
    )

    customer_id: Mapped[Identifier] = mapped_column(primary_key=True)
    as_of: Mapped[datetime] = mapped_column(primary_key=True)
    job_id: Mapped[Identifier] = mapped_column(primary_key=True)
    bundle_id: Mapped[ShortText]
    probability: Mapped[
        float | None
    ]  # this and the next three are NULL together: the history was not sufficient
    score: Mapped[int | None]
    percentile: Mapped[int | None]
    tier: Mapped[ShortText | None]
    answer: Mapped[str] = mapped_column(Text)
    standing: Mapped[str | None] = mapped_column(Text)


class CurrentScoreRow(Base):
    """The newest score of each customer, indexed in the order of listings."""

    __tablename__ = "current_scores"
    __table_args__ = (
        # Listings read these indexes backwards: highest score first, then customer_id descending.
        Index("ix_current_scores_tier", "tier", "score", "customer_id"),
        Index("ix_current_scores_score", "score", "customer_id"),
    )

    customer_id: Mapped[Identifier] = mapped_column(primary_key=True)
    as_of: Mapped[datetime]
    job_id: Mapped[Identifier]
    bundle_id: Mapped[ShortText]
    probability: Mapped[float | None]
    score: Mapped[int | None]
    percentile: Mapped[int | None]
    tier: Mapped[ShortText | None]


class JobRow(Base):
    """A job: how far it has come, and which worker holds it until when; see `app.domain.jobs`."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'in_progress', 'completed', 'failed', 'cancelled')", name="state"
        ),
        Index("ix_jobs_state", "state", "created_at"),
    )

    job_id: Mapped[Identifier] = mapped_column(primary_key=True)
    kind: Mapped[ShortText] = mapped_column(server_default="rescore")
    keeps: Mapped[ShortText] = mapped_column(server_default="answers")
    state: Mapped[ShortText]
    as_of: Mapped[datetime]
    bundle_id: Mapped[ShortText]
    total: Mapped[int]
    done: Mapped[int] = mapped_column(server_default="0")
    failed: Mapped[int] = mapped_column(server_default="0")
    cursor: Mapped[Identifier | None]  # the last customer that is done
    attempts: Mapped[int] = mapped_column(server_default="0")  # in a row, at this cursor
    worker: Mapped[ShortText | None]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class JobFailureRow(Base):
    """A customer whom a job could not score, and why."""

    __tablename__ = "job_failures"

    job_id: Mapped[Identifier] = mapped_column(ForeignKey("jobs.job_id"), primary_key=True)
    customer_id: Mapped[Identifier] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(Text)


class ModelCheckRow(Base):
    """The result of a check of a bundle as of a moment, as JSON."""

    __tablename__ = "model_checks"

    bundle_id: Mapped[ShortText] = mapped_column(primary_key=True)
    as_of: Mapped[datetime] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime]
    result: Mapped[str] = mapped_column(Text)


class ApiKeyRow(Base):
    """The hash and the scopes of an API key; the key itself is shown once and never stored."""

    __tablename__ = "api_keys"

    key_id: Mapped[Identifier] = mapped_column(primary_key=True)
    name: Mapped[ShortText]
    sha256: Mapped[ShortText] = mapped_column(unique=True)
    scopes: Mapped[str] = mapped_column(Text)  # separated by spaces
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
