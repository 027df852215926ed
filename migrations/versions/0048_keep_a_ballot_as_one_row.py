"""Keep what somebody gives in a poll as one row, so that changing it is one write.

The votes that stand move to a new table, `ballots`. `votes` becomes a view of it that can be written to: a process of the version
before goes on with that. Going back makes a table of it again and loses nothing. A later version drops the view.
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

# What stands in both, by its name.
_SAME = 'poll_id, "user", team_id, enterprise_id'

_TO_BALLOTS = """
    INSERT INTO ballots (poll_id, "user", team_id, enterprise_id, points)
    SELECT poll_id, "user", max(team_id), max(enterprise_id), {json_object}(case_id, points)
    FROM votes GROUP BY poll_id, "user"
"""
_TO_VOTES = (
    f"INSERT INTO votes (id, {_SAME}, case_id, points) SELECT id, {_SAME}, case_id, points FROM formerly"
)

# The types are those of the table: prepared statements of the version before stay valid.
# https://www.postgresql.org/docs/current/sql-prepare.html
_ON_POSTGRESQL = (
    f"""
    CREATE VIEW votes AS
    SELECT left(md5(poll_id || "user" || given.key), 16)::varchar(16) AS id, {_SAME},
        given.key::varchar(16) AS case_id, given.value::integer AS points
    FROM ballots, json_each_text(points) AS given
    """,
    f"""
    CREATE OR REPLACE FUNCTION give_vote() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO ballots ({_SAME}, points)
        VALUES (NEW.poll_id, NEW."user", NEW.team_id, NEW.enterprise_id, json_build_object(NEW.case_id, NEW.points))
        ON CONFLICT (poll_id, "user")
        DO UPDATE SET points = (ballots.points::jsonb || excluded.points::jsonb)::json;
        RETURN NEW;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION take_vote() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE ballots SET points = (points::jsonb - OLD.case_id::text)::json
        WHERE poll_id = OLD.poll_id AND "user" = OLD."user";
        DELETE FROM ballots WHERE poll_id = OLD.poll_id AND "user" = OLD."user" AND points::text = '{}';
        RETURN OLD;
    END $$
    """,
    "CREATE TRIGGER give_vote INSTEAD OF INSERT ON votes FOR EACH ROW EXECUTE FUNCTION give_vote()",
    "CREATE TRIGGER take_vote INSTEAD OF DELETE ON votes FOR EACH ROW EXECUTE FUNCTION take_vote()",
)
_ON_SQLITE = (
    f"""
    CREATE VIEW votes AS
    SELECT poll_id || '/' || "user" || '/' || given.key AS id, {_SAME}, given.key AS case_id, given.value AS points
    FROM ballots, json_each(points) AS given
    """,
    f"""
    CREATE TRIGGER give_vote INSTEAD OF INSERT ON votes BEGIN
        INSERT INTO ballots ({_SAME}, points)
        VALUES (NEW.poll_id, NEW."user", NEW.team_id, NEW.enterprise_id, json_object(NEW.case_id, NEW.points))
        ON CONFLICT (poll_id, "user") DO UPDATE SET points = json_patch(points, excluded.points);
    END
    """,
    """
    CREATE TRIGGER take_vote INSTEAD OF DELETE ON votes BEGIN
        UPDATE ballots SET points = json_remove(points, '$."' || OLD.case_id || '"')
        WHERE poll_id = OLD.poll_id AND "user" = OLD."user";
        DELETE FROM ballots WHERE poll_id = OLD.poll_id AND "user" = OLD."user" AND points = '{}';
    END
    """,
)


def upgrade() -> None:
    op.create_table(
        "ballots",
        sa.Column("poll_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["poll_id"], ["polls.id"], name=op.f("fk_ballots_poll_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("poll_id", "user", name=op.f("pk_ballots")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Nobody votes between the copy and the view.
        op.execute("LOCK TABLE votes IN ACCESS EXCLUSIVE MODE")
        _replace_by_a_view("json_object_agg", _ON_POSTGRESQL)
    else:
        _replace_by_a_view("json_group_object", _ON_SQLITE)


def _replace_by_a_view(json_object: str, statements: tuple[str, ...]) -> None:
    op.execute(_TO_BALLOTS.format(json_object=json_object))
    op.drop_table("votes")
    for one in statements:
        op.get_bind().exec_driver_sql(one)


def downgrade() -> None:
    op.execute("CREATE TEMPORARY TABLE formerly AS SELECT * FROM votes")
    op.execute("DROP VIEW votes")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION give_vote")
        op.execute("DROP FUNCTION take_vote")
    op.drop_table("ballots")
    op.create_table(
        "votes",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("poll_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=16), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_votes_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_votes_poll_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_votes")),
        sa.UniqueConstraint("poll_id", "user", "case_id", name=op.f("uq_votes_poll_id_user_case_id")),
    )
    op.create_index(op.f("ix_votes_poll_id"), "votes", ["poll_id"])
    op.execute(_TO_VOTES)
    op.execute("DROP TABLE formerly")
