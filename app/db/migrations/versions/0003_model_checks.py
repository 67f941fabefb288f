"""Store the results of checks of bundles, and give jobs a kind."""

import sqlalchemy as sa
from alembic import op

from app.db.columns import UtcMicros

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "model_checks",
        sa.Column("bundle_id", sa.String(length=200), nullable=False),
        sa.Column("as_of", UtcMicros(), nullable=False),
        sa.Column("checked_at", UtcMicros(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bundle_id", "as_of", name=op.f("pk_model_checks")),
    )
    op.add_column(
        "jobs", sa.Column("kind", sa.String(length=200), server_default="rescore", nullable=False)
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_column("jobs", "kind")
    op.drop_table("model_checks")
