"""What people decided about records: profiles split, profiles merged, pairs judged."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "identity_acts",
        sa.Column("act_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("profile_id", sa.String(200), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("undone_by", sa.String(200), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("act_id", name="pk_identity_acts"),
    )
    op.create_index("ix_identity_acts_decided_at", "identity_acts", ["decided_at"])
    op.create_table(
        "identity_decisions",
        sa.Column("act_id", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("left_source", sa.String(63), nullable=False),
        sa.Column("left_record", sa.Text, nullable=False),
        sa.Column("right_source", sa.String(63), nullable=False),
        sa.Column("right_record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("act_id", "position", name="pk_identity_decisions"),
        sa.ForeignKeyConstraint(["act_id"], ["identity_acts.act_id"], name="fk_identity_decisions_act_id"),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("identity_decisions")
    op.drop_table("identity_acts")
