"""Which stage published which table, and which versions a stage last read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and add the column."""
    op.create_table(
        "stage_tables",
        sa.Column("table_name", sa.String(200), nullable=False),
        sa.Column("stage", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("table_name", name="pk_stage_tables"),
    )
    op.add_column("stage_states", sa.Column("inputs", sa.Text, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop both."""
    op.drop_column("stage_states", "inputs")
    op.drop_table("stage_tables")
