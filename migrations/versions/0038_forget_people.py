"""Know which messages hold people's words, and who was forgotten, for copies of before.

Messages of before that may hold words are marked by their keys. Going back loses the list of who was forgotten: a copy from
before would bring them back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0033"
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


def downgrade() -> None:
    op.drop_column("outbox", "holds_words")
    op.drop_index(op.f("ix_forgotten_digest"), table_name="forgotten")
    op.drop_table("forgotten")
