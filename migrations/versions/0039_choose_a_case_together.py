"""Let a group choose its case together at the start.

A selection is a gathering without a case: who is there, what is known of cases, and what people marked. Going back loses the
selections that are on; the cases stay.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "selections",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("started_by", sa.String(length=20), nullable=False),
        sa.Column("facilitator", sa.String(length=20), nullable=True),
        sa.Column("method", sa.String(length=30), nullable=False),
        sa.Column("meets", sa.String(length=10), nullable=False),
        sa.Column("auto_advance", sa.Boolean(), nullable=False),
        sa.Column("ends_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_case", sa.String(length=16), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_selections_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selections")),
    )
    op.create_index("ix_selections_group_id_state", "selections", ["group_id", "state"])

    op.create_table(
        "selection_cases",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("selection_id", sa.String(length=16), nullable=False),
        sa.Column("case_id", sa.String(length=16), nullable=False),
        sa.Column("is_line", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("fate", sa.String(length=10), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_selection_cases_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["selection_id"],
            ["selections.id"],
            name=op.f("fk_selection_cases_selection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection_cases")),
        sa.UniqueConstraint("selection_id", "case_id", name=op.f("uq_selection_cases_selection_id_case_id")),
    )
    op.create_index(op.f("ix_selection_cases_case_id"), "selection_cases", ["case_id"])
    op.create_index(op.f("ix_selection_cases_selection_id"), "selection_cases", ["selection_id"])

    op.create_table(
        "selection_marks",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("selection_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=16), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_selection_marks_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["selection_id"],
            ["selections.id"],
            name=op.f("fk_selection_marks_selection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection_marks")),
        sa.UniqueConstraint(
            "selection_id",
            "kind",
            "user",
            "case_id",
            name=op.f("uq_selection_marks_selection_id_kind_user_case_id"),
        ),
    )
    op.create_index(op.f("ix_selection_marks_case_id"), "selection_marks", ["case_id"])
    op.create_index(op.f("ix_selection_marks_selection_id"), "selection_marks", ["selection_id"])

    op.create_table(
        "selection_participants",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("selection_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["selection_id"],
            ["selections.id"],
            name=op.f("fk_selection_participants_selection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection_participants")),
        sa.UniqueConstraint("selection_id", "user", name=op.f("uq_selection_participants_selection_id_user")),
    )
    op.create_index(
        op.f("ix_selection_participants_selection_id"), "selection_participants", ["selection_id"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_selection_participants_selection_id"), table_name="selection_participants")
    op.drop_table("selection_participants")
    op.drop_index(op.f("ix_selection_marks_selection_id"), table_name="selection_marks")
    op.drop_index(op.f("ix_selection_marks_case_id"), table_name="selection_marks")
    op.drop_table("selection_marks")
    op.drop_index(op.f("ix_selection_cases_selection_id"), table_name="selection_cases")
    op.drop_index(op.f("ix_selection_cases_case_id"), table_name="selection_cases")
    op.drop_table("selection_cases")
    op.drop_index("ix_selections_group_id_state", table_name="selections")
    op.drop_table("selections")
