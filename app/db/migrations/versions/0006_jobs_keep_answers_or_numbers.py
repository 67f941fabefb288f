"""Store what a rescoring keeps of each customer: the whole answer, or its numbers alone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change; all existing jobs kept answers."""
    kept = sa.Column("keeps", sa.String(200), nullable=False, server_default="answers")
    op.add_column("jobs", kept)


def downgrade() -> None:
    """Undo the change."""
    op.drop_column("jobs", "keeps")
