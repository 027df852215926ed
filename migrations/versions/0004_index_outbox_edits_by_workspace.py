"""Index the outbox so that an edit finds its message without reading the whole workspace.

An index takes the place of another; no row is changed. Going back makes votes slower, and loses nothing.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_target_key"))
        batch_op.create_index(
            "ix_outbox_team_id_enterprise_id_target_key",
            ["team_id", "enterprise_id", "target_key"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_team_id_enterprise_id_target_key")
        batch_op.create_index(batch_op.f("ix_outbox_target_key"), ["target_key"], unique=False)
