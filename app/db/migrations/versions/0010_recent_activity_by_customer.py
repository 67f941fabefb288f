"""Find the recent events of a customer by an index; no process keeps them in memory any more."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INDEX = "ix_recent_activity_customer_id"


def upgrade() -> None:
    """Create the index; PostgreSQL has no such table."""
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(_INDEX, "recent_activity", ["customer_id"])


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(_INDEX, "recent_activity")
