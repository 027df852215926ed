"""Suspend a workspace that uninstalled the app, and remember the last absence.

Going back forgets which workspaces uninstalled the app, and when they are to be deleted: run `intervisie forget --workspace` yourself.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suspensions",
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delete_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_suspensions")),
    )
    op.add_column("heartbeat", sa.Column("away_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("heartbeat", sa.Column("away_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("heartbeat", "away_until")
    op.drop_column("heartbeat", "away_since")
    op.drop_table("suspensions")
