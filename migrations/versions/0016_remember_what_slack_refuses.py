"""Remember what Slack refuses and counts: a refused token, too many connections, no events over HTTP.

Going back loses these alarms. What waits for a token goes out at once, and fails as long as the token is refused.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "token_pauses",
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "method", name=op.f("pk_token_pauses")),
    )
    op.create_table(
        "socket_counts",
        sa.Column("process_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("crowded_count", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process_id", name=op.f("pk_socket_counts")),
    )
    op.add_column("heartbeat", sa.Column("first_event_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("heartbeat", "first_event_at")
    op.drop_table("socket_counts")
    op.drop_table("token_pauses")
