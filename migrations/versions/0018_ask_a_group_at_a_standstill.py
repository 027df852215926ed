"""Ask a group at a standstill once what it needs, and keep in confidence why somebody stayed away.

Groups know since when their meetings count as missed: for the groups that exist, since this migration. Meetings know
whether they were called off by themselves, or held without the bot.

Going back loses the open questions: their buttons say that they are no longer known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standstills",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("answered_by", sa.String(length=20), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_standstills_group_id_groups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standstills")),
    )
    op.create_index(op.f("ix_standstills_group_id"), "standstills", ["group_id"])
    op.create_index(op.f("ix_standstills_team_id"), "standstills", ["team_id"])
    op.add_column("groups", sa.Column("stalled_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("groups", sa.Column("meetings_count_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("meetings", sa.Column("outcome", sa.String(length=20), nullable=True))
    op.add_column("fits", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column("fits", sa.Column("unnamed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("fits", sa.Column("passed_on", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Meetings of before the upgrade count for nobody.
    groups = sa.table("groups", sa.column("meetings_count_since", sa.DateTime(timezone=True)))
    op.execute(sa.update(groups).values(meetings_count_since=sa.func.now()))


def downgrade() -> None:
    op.drop_column("fits", "passed_on")
    op.drop_column("fits", "unnamed")
    op.drop_column("fits", "reason")
    op.drop_column("meetings", "outcome")
    op.drop_column("groups", "meetings_count_since")
    op.drop_column("groups", "stalled_since")
    op.drop_index(op.f("ix_standstills_team_id"), table_name="standstills")
    op.drop_index(op.f("ix_standstills_group_id"), table_name="standstills")
    op.drop_table("standstills")
