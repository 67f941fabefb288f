"""How often in a row a job broke off: one that always does is given up."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table forward; nothing is held against jobs that are there."""
    attempts = sa.Column("attempts", sa.Integer(), nullable=False, server_default="0")
    op.add_column("jobs", attempts)


def downgrade() -> None:
    """Take it back."""
    op.drop_column("jobs", "attempts")
