"""a move says what it was"""

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
    with op.batch_alter_table("keepsakes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("looked_back", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("keepsakes", schema=None) as batch_op:
        batch_op.drop_column("looked_back")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_column("told")
        batch_op.drop_column("moved_from")
