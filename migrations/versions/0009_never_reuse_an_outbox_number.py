"""Never use the number of an outbox row twice, so that a late answer of Slack is about no other message.

On SQLite the outbox table is written anew, with all its rows; that takes as long as the table is large. PostgreSQL
does so by itself, and nothing happens there. Going back writes the table anew once more, and loses nothing.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _made_anew(autoincrement=True)


def downgrade() -> None:
    _made_anew(autoincrement=False)


def _made_anew(*, autoincrement: bool) -> None:
    """SQLite takes AUTOINCREMENT only when a table is made. PostgreSQL counts on by itself."""
    if op.get_bind().dialect.name != "sqlite":
        return
    with op.batch_alter_table(
        "outbox", schema=None, recreate="always", table_kwargs={"sqlite_autoincrement": autoincrement}
    ):
        pass
