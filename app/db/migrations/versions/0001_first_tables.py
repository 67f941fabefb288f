"""All tables of the first version."""

import sqlalchemy as sa
from alembic import op

from app.db.columns import IDENTIFIER, UtcMicros

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    _create_activity()
    _create_api_keys()
    _create_assessments()
    _create_current_scores()
    _create_customers()
    _create_jobs()
    _create_account_versions()
    _create_job_failures()


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("job_failures")
    op.drop_table("account_versions")
    op.drop_table("jobs")
    op.drop_table("customers")
    op.drop_table("current_scores")
    op.drop_table("assessments")
    op.drop_table("api_keys")
    op.drop_table("activity")


def _create_activity() -> None:
    op.create_table(
        "activity",
        sa.Column("event_id", IDENTIFIER, nullable=False),
        sa.Column("customer_id", IDENTIFIER, nullable=False),
        sa.Column("occurred_at", UtcMicros(), nullable=False),
        sa.Column("received_at", UtcMicros(), nullable=False),
        sa.Column("type", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=True),
        sa.Column("amount", sa.Double(), nullable=True),
        sa.Column("currency", sa.String(length=200), nullable=True),
        sa.Column("ref", sa.String(length=200), nullable=True),
        sa.Column("properties", sa.Text(), nullable=True),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_activity")),
    )
    op.create_index(
        "ix_activity_history", "activity", ["customer_id", "occurred_at", "packed"], unique=False
    )


def _create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", IDENTIFIER, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", UtcMicros(), nullable=False),
        sa.Column("revoked_at", UtcMicros(), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("sha256", name=op.f("uq_api_keys_sha256")),
    )


def _create_assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("customer_id", IDENTIFIER, nullable=False),
        sa.Column("as_of", UtcMicros(), nullable=False),
        sa.Column("job_id", IDENTIFIER, nullable=False),
        sa.Column("bundle_id", sa.String(length=200), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("percentile", sa.Integer(), nullable=True),
        sa.Column("tier", sa.String(length=200), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "as_of", "job_id", name=op.f("pk_assessments")),
    )
    op.create_index(
        "uq_assessments_job_id_customer_id",
        "assessments",
        ["job_id", "customer_id"],
        unique=True,
        sqlite_where=sa.text("job_id <> ''"),
        postgresql_where=sa.text("job_id <> ''"),
    )


def _create_current_scores() -> None:
    op.create_table(
        "current_scores",
        sa.Column("customer_id", IDENTIFIER, nullable=False),
        sa.Column("as_of", UtcMicros(), nullable=False),
        sa.Column("job_id", IDENTIFIER, nullable=False),
        sa.Column("bundle_id", sa.String(length=200), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("percentile", sa.Integer(), nullable=True),
        sa.Column("tier", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_current_scores")),
    )
    op.create_index(
        "ix_current_scores_tier", "current_scores", ["tier", "score", "customer_id"], unique=False
    )
    op.create_index(
        "ix_current_scores_score", "current_scores", ["score", "customer_id"], unique=False
    )


def _create_customers() -> None:
    op.create_table(
        "customers",
        sa.Column("customer_id", IDENTIFIER, nullable=False),
        sa.Column("signed_up_at", UtcMicros(), nullable=True),
        sa.Column("acquisition_channel", sa.String(length=200), nullable=True),
        sa.Column("acquisition_cost", sa.Double(), nullable=True),
        sa.Column("currency", sa.String(length=200), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.Column("consent", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customers")),
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("job_id", IDENTIFIER, nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("as_of", UtcMicros(), nullable=False),
        sa.Column("bundle_id", sa.String(length=200), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cursor", IDENTIFIER, nullable=True),
        sa.Column("worker", sa.String(length=200), nullable=True),
        sa.Column("lease_until", UtcMicros(), nullable=True),
        sa.Column("created_at", UtcMicros(), nullable=False),
        sa.Column("started_at", UtcMicros(), nullable=True),
        sa.Column("finished_at", UtcMicros(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'in_progress', 'completed', 'failed', 'cancelled')",
            name=op.f("ck_jobs_state"),
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_state", "jobs", ["state", "created_at"], unique=False)


def _create_account_versions() -> None:
    op.create_table(
        "account_versions",
        sa.Column("customer_id", IDENTIFIER, nullable=False),
        sa.Column("valid_from", UtcMicros(), nullable=False),
        sa.Column("plan", sa.String(length=200), nullable=True),
        sa.Column("price", sa.Double(), nullable=True),
        sa.Column("renews_at", UtcMicros(), nullable=True),
        sa.Column("contract", sa.String(length=200), nullable=True),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.customer_id"],
            name=op.f("fk_account_versions_customer_id_customers"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "valid_from", name=op.f("pk_account_versions")),
    )


def _create_job_failures() -> None:
    op.create_table(
        "job_failures",
        sa.Column("job_id", IDENTIFIER, nullable=False),
        sa.Column("customer_id", IDENTIFIER, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.job_id"], name=op.f("fk_job_failures_job_id_jobs")
        ),
        sa.PrimaryKeyConstraint("job_id", "customer_id", name=op.f("pk_job_failures")),
    )
