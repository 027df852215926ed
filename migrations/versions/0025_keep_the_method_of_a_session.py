"""Keep the method with each session, and what its questions became.

A session that a version before began keeps its eight phases. Going back loses the ratings, the reworded questions and the
advice that was written first; a session that the newer version began cannot go on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("snapshot", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("activity", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("item", sa.String(length=10), server_default="question", nullable=False)
        )
        batch_op.add_column(sa.Column("rating", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("discussed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "rewordings",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("help", sa.JSON(), nullable=False),
        sa.Column("returns", sa.Boolean(), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_rewordings_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_rewordings")),
    )
    op.create_index(op.f("ix_rewordings_team_id"), "rewordings", ["team_id"])


def downgrade() -> None:
    op.drop_table("rewordings")
    questions = sa.table("questions", sa.column("item", sa.String))
    op.execute(questions.delete().where(questions.c.item != "question"))
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_column("discussed")
        batch_op.drop_column("rating")
        batch_op.drop_column("item")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("activity")
        batch_op.drop_column("snapshot")
