"""Know which messages hold people's words, when they go, and who was forgotten.

Messages of before that may hold words are marked by their keys. A group's channel hears of it before anything goes. Going back
loses the choices of groups about it, a shorter term that was chosen and has not begun, and the list of who was forgotten: a copy from
before would bring them back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forgotten",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten")),
    )
    op.create_index(op.f("ix_forgotten_digest"), "forgotten", ["digest"])
    op.add_column("outbox", sa.Column("holds_words", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE outbox SET holds_words = true WHERE kind IN ('post', 'direct') AND key IS NOT NULL AND ("
        "discreet IS NOT NULL OR key LIKE 'session/%' OR key LIKE 'poll/%' OR key LIKE 'letter/%' OR "
        "key LIKE 'reflection/%' OR key LIKE 'console/%')"
    )
    with op.batch_alter_table("groups") as batch_op:
        batch_op.add_column(sa.Column("next_keep_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("keep_days_change_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("words_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("messages_stay", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("groups") as batch_op:
        for name in ("messages_stay", "words_since", "keep_days_change_at", "next_keep_days"):
            batch_op.drop_column(name)
    op.drop_column("outbox", "holds_words")
    op.drop_index(op.f("ix_forgotten_digest"), table_name="forgotten")
    op.drop_table("forgotten")
