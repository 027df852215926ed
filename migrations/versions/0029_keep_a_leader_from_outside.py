"""Keep the role of a leader from outside, who leads a group and takes no part in it.

Everybody who is in a group takes part, as before. Going back makes every leader from outside an ordinary member, and loses who
was asked to lead and how often one leads.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("leader_sessions", sa.Integer(), server_default="5", nullable=False))
        batch_op.add_column(sa.Column("asked_leader", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("leader_asked_by", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("leader_asked_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(length=10), server_default="member", nullable=False))
        batch_op.add_column(sa.Column("read_along", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("alone_asked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_column("alone_asked_at")
        batch_op.drop_column("read_along")
        batch_op.drop_column("role")
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.drop_column("leader_asked_at")
        batch_op.drop_column("leader_asked_by")
        batch_op.drop_column("asked_leader")
        batch_op.drop_column("leader_sessions")
