"""Record who may read a reason for absence, and by which version a private message was written.

For older reasons that reader is not known, so nobody can read them any more. Older private messages that hold a
reason are edited by the bot at its next start, because a migration has no keys.

Going back loses who may read a reason: the version before shows it to whoever leads the meeting.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # For whom a reason was given before is known to nobody: empty, so that nobody reads it.
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason_for", sa.String(length=20), nullable=True))
    # A letter can be read with the keys only: the bot looks through what has no number when it starts.
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("written_as", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_column("written_as")
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_column("reason_for")
