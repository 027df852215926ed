"""several processes share what is due"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "pace",
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "name", name=op.f("pk_pace")),
    )
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lane", sa.String(length=120), nullable=True))
        batch_op.create_index("ix_due_lane_at", ["lane", "at"], unique=False)

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asks", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("owner", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("owner")
        batch_op.drop_column("asks")

    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_index("ix_due_lane_at")
        batch_op.drop_column("lane")

    op.drop_table("pace")
    op.drop_table("heartbeat")
