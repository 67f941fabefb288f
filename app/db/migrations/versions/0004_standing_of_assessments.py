"""Store beside each answer what the next one is compared with, so that it can be read alone."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change. Existing rows keep NULL there, and their whole answers are read instead."""
    op.add_column("assessments", sa.Column("standing", sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo the change."""
    op.drop_column("assessments", "standing")
