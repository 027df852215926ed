"""Keep the address of a session's clock on the table.

Going back ends the addresses of sessions that are on. Nothing else is lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "table_pages",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_table_pages_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_table_pages")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_table_pages_token_hash")),
    )
    op.create_index(op.f("ix_table_pages_team_id"), "table_pages", ["team_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_table_pages_team_id"), table_name="table_pages")
    op.drop_table("table_pages")
