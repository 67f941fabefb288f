"""How far the log goes, in one row: answers say whether it has been silent."""

import sqlalchemy as sa
from alembic import op

from app.db.columns import UtcMicros

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "log_state",
        sa.Column("log_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("received_until", UtcMicros(), nullable=True),
        sa.PrimaryKeyConstraint("log_id", name=op.f("pk_log_state")),
    )
    op.execute(
        "INSERT INTO log_state (log_id, received_until) SELECT 1, MAX(received_at) FROM activity"
    )


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("log_state")
