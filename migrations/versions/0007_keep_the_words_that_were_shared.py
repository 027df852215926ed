"""Keep the words of a step or takeaway that were shared with the group, beside the words of now.

The version before did not record which words it shared. The new columns begin empty, so these texts are private until
their owner says yes again; the bot asks. Going back loses which words were shared.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Which words were shared before is known to nobody: empty, so that they are private until their owner says yes.
    with op.batch_alter_table("keepsakes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shared_takeaway", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("shared_step", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("keepsakes", schema=None) as batch_op:
        batch_op.drop_column("shared_step")
        batch_op.drop_column("shared_takeaway")
