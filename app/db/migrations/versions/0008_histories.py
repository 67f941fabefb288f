"""Store histories joined per customer on SQLite, and recent events apart until they are joined.

Histories were read from an index, of which nearly every event of a batch wrote a page: most of what
a batch wrote.
"""

import sqlalchemy as sa
from alembic import op

from app.db.columns import IDENTIFIER

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INDEX = "ix_activity_history"


def upgrade() -> None:
    """Make the change, and join the existing events; PostgreSQL keeps its index."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_table(
        "histories",
        sa.Column("customer_id", IDENTIFIER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "number", name=op.f("pk_histories")),
    )
    op.create_table(
        "recent_activity",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("customer_id", IDENTIFIER, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_recent_activity")),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO histories (customer_id, number, packed) "
        "SELECT customer_id, 0, CAST(group_concat(packed, '') AS BLOB) "
        "FROM activity GROUP BY customer_id"
    )
    op.drop_index(_INDEX, "activity")


def downgrade() -> None:
    """Undo the change."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_index(_INDEX, "activity", ["customer_id", "occurred_at", "packed"])
    op.drop_table("recent_activity")
    op.drop_table("histories")
