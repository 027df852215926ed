"""Ask each person themselves: who takes part, whether a trial goes on, and about somebody new.

Groups that exist keep their members and their text of the agreements. Going back loses the largest size that a group
chose, and private answers that were not counted yet; a group whose members are being asked about its trial is asked
nothing more, and goes on with /intervisie group.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("groups", sa.Column("maximum", sa.Integer(), server_default="8", nullable=False))
    op.add_column("groups", sa.Column("gathering", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("groups", sa.Column("first_text", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "groups", sa.Column("suggestion_open", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.add_column("members", sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "trial_answers",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_trial_answers_group_id_groups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_answers")),
        sa.UniqueConstraint("group_id", "user", name=op.f("uq_trial_answers_group_id_user")),
    )
    op.create_index(op.f("ix_trial_answers_team_id"), "trial_answers", ["team_id"], unique=False)
    op.create_table(
        "talk_first",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("newcomer", sa.String(length=20), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_talk_first_group_id_groups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_first")),
        sa.UniqueConstraint(
            "group_id", "newcomer", "user", name=op.f("uq_talk_first_group_id_newcomer_user")
        ),
    )
    op.create_index(op.f("ix_talk_first_team_id"), "talk_first", ["team_id"], unique=False)


def downgrade() -> None:
    op.drop_table("talk_first")
    op.drop_table("trial_answers")
    op.drop_column("members", "announced_at")
    op.drop_column("groups", "suggestion_open")
    op.drop_column("groups", "first_text")
    op.drop_column("groups", "gathering")
    op.drop_column("groups", "maximum")
