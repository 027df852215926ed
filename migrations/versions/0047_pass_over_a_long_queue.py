"""Let the sender pass over thousands of messages that wait for one channel without reading them.

An index on the outbox gets the channel and the kind of message. No row is changed. Going back makes a long queue slow for
the other groups, and loses nothing.
"""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_outbox_state_id", table_name="outbox")
    op.create_index("ix_outbox_state_id_channel_kind", "outbox", ["state", "id", "channel", "kind"])


def downgrade() -> None:
    op.drop_index("ix_outbox_state_id_channel_kind", table_name="outbox")
    op.create_index("ix_outbox_state_id", "outbox", ["state", "id"])
