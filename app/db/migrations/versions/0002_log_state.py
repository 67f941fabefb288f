"""Store in one row until when the log was received, so that answers can say if it fell silent."""

import sqlalchemy as sa
from alembic import op

from app.db.columns import UtcMicros

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
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
    """Undo the change."""
    op.drop_table("log_state")
