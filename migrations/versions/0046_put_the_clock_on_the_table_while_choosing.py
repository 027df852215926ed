"""Let a group pause while it chooses its case, and put the clock on the table.

A selection gets what is left of a step in a pause, its extensions, and the session that it opened; its table page gets an
address. Going back loses the pauses that are on and the addresses of choices; the selections and the sessions stay.
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("selections", sa.Column("remaining", sa.Interval(), nullable=True))
    op.add_column("selections", sa.Column("extensions", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("selections", sa.Column("session_id", sa.String(length=16), nullable=True))
    op.create_table(
        "selection_pages",
        sa.Column("selection_id", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["selection_id"],
            ["selections.id"],
            name=op.f("fk_selection_pages_selection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("selection_id", name=op.f("pk_selection_pages")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_selection_pages_token_hash")),
    )


def downgrade() -> None:
    op.drop_table("selection_pages")
    op.drop_column("selections", "session_id")
    op.drop_column("selections", "extensions")
    op.drop_column("selections", "remaining")
