"""Keep a presenter's response apart from the harvest, and up to three steps of one person.

What a presenter kept so far counts as the response. Going back keeps one of each person's takeaways in a session, the
response before the harvest, and loses the others.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

keepsakes = sa.table(
    "keepsakes",
    sa.column("id", sa.String),
    sa.column("session_id", sa.String),
    sa.column("user", sa.String),
    sa.column("is_presenter", sa.Boolean),
    sa.column("what", sa.String),
    sa.column("place", sa.Integer),
)


def upgrade() -> None:
    with op.batch_alter_table("keepsakes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("what", sa.String(length=10), server_default="harvest", nullable=False))
        batch_op.add_column(sa.Column("place", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_keepsakes_session_id_user"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_keepsakes_session_id_user_what_place"), ["session_id", "user", "what", "place"]
        )
    op.execute(keepsakes.update().where(keepsakes.c.is_presenter).values(what="response"))


def downgrade() -> None:
    other = keepsakes.alias("other")
    before = sa.or_(
        sa.and_(other.c.what == "response", keepsakes.c.what == "harvest", other.c.place == 0),
        sa.and_(other.c.what == keepsakes.c.what, other.c.place < keepsakes.c.place),
    )
    op.execute(
        keepsakes.delete().where(
            sa.exists(
                sa.select(other.c.id).where(
                    other.c.session_id == keepsakes.c.session_id, other.c.user == keepsakes.c.user, before
                )
            )
        )
    )
    with op.batch_alter_table("keepsakes", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_keepsakes_session_id_user_what_place"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_keepsakes_session_id_user"), ["session_id", "user"])
        batch_op.drop_column("place")
        batch_op.drop_column("what")
