"""Count how often in a row a job broke off, so that a job that always does is given up."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change; existing jobs start with no attempts."""
    attempts = sa.Column("attempts", sa.Integer(), nullable=False, server_default="0")
    op.add_column("jobs", attempts)


def downgrade() -> None:
    """Undo the change."""
    op.drop_column("jobs", "attempts")
