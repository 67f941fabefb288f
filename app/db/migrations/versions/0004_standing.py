"""What the next answer is compared with, beside each answer: it need not be read as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table forward; rows that are there are still read from their answers."""
    op.add_column("assessments", sa.Column("standing", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("assessments", "standing")
