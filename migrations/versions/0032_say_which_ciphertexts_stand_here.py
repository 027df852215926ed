"""Say which ciphertexts a database holds: those of before, which are not bound to their row, or bound ones.

A database that an older version has used goes on as before until `intervisie rekey` begins. Going back is possible until
then: afterwards, and in a database that began with this version, an older version can read none of the texts.
"""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "0032"
down_revision = "0029"
branch_labels = None
depends_on = None

# A process of an older version has written in one of these as soon as it started.
USED = ("heartbeat", "canaries", "groups", "outbox")


def upgrade() -> None:
    op.create_table(
        "encryption",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("read_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encryption")),
    )
    used = " OR ".join(f"EXISTS (SELECT 1 FROM {table})" for table in USED)
    op.execute(f"INSERT INTO encryption (id, state) SELECT 1, 'unbound' WHERE {used}")


def downgrade() -> None:
    unbound = op.get_bind().scalar(sa.text("SELECT count(*) FROM encryption WHERE state = 'unbound'"))
    if not unbound and op.get_bind().scalar(sa.text("SELECT count(*) FROM canaries")):
        raise CommandError(
            "An older version could read none of the texts in this database. Restore a backup of before."
        )
    op.drop_table("encryption")
