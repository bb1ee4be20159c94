"""Decisions to go on with tables below the criteria of quality."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "quality_acceptances",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("table_name", sa.String(63), nullable=False),
        sa.Column("grade", sa.Float, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("accepted_by", sa.String(200), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_quality_acceptances"),
    )
    op.create_index("ix_quality_acceptances_table_name", "quality_acceptances", ["table_name"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("quality_acceptances")
