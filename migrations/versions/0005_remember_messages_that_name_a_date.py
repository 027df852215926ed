"""Remember for each meeting which messages in the channel name its date, so that they can follow a change.

For planned meetings the list is filled with the messages that the version before may have posted. Meetings also keep
the date they moved from and their session, steps whether the group has looked back on them, and groups which message
asks for a date.

Going back loses these lists: messages that named an earlier date stay as they are.
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moved_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("told", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("session_id", sa.String(length=16), nullable=True))
    with op.batch_alter_table("keepsakes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("looked_back", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asks_for_a_date", sa.String(length=60), nullable=True))
    if not op.get_context().as_sql:
        _remember_what_was_told()


def _remember_what_was_told() -> None:
    """What the version before posted about a date that is to come: it must follow that date too."""
    meetings = sa.table(
        "meetings",
        sa.column("id", sa.String),
        sa.column("state", sa.String),
        sa.column("version", sa.Integer),
        sa.column("invitation", sa.String),
        sa.column("starts_at", sa.DateTime(timezone=True)),
        sa.column("told", sa.String),
    )
    bind = op.get_bind()
    told = sa.cast(sa.bindparam("now"), sa.JSON) if bind.dialect.name == "postgresql" else sa.bindparam("now")
    change = sa.update(meetings).where(meetings.c.id == sa.bindparam("which")).values(told=told)
    wanted = sa.select(meetings.c.id, meetings.c.version, meetings.c.invitation, meetings.c.starts_at).where(
        meetings.c.state == "planned"
    )
    for row in bind.execute(wanted).all():
        start = _seconds(row.starts_at)
        keys = [
            f"meeting/{row.id}/planned/{row.version}",
            f"presence/{row.id}/day/{start}",
            f"presence/{row.id}/hour/{start}",
        ]
        found = dict.fromkeys(filter(None, [row.invitation, *keys]), start)
        bind.execute(change, {"which": row.id, "now": json.dumps(found)})


def _seconds(at: datetime) -> int:
    # SQLite gives back what is in UTC without its zone.
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def downgrade() -> None:
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.drop_column("asks_for_a_date")
    with op.batch_alter_table("keepsakes", schema=None) as batch_op:
        batch_op.drop_column("looked_back")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_column("session_id")
        batch_op.drop_column("told")
        batch_op.drop_column("moved_from")
