"""Check of merging: has every second group of a channel become one with the first?"""

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.cli.checks.finding import Finding
from bot.cli.database import engine_for
from bot.groups.records import Group
from bot.settings import Settings

WHAT = "Groups"


def check_merging(settings: Settings) -> Finding:
    """The groups that wait to be merged into the older group of their channel."""
    engine = engine_for(settings.database_url)
    waiting = select(Group.channel, Group.id, Group.merges_into).where(
        Group.merges_into.is_not(None), Group.merged_at.is_(None)
    )
    try:
        with engine.connect() as connection:
            found = [
                f"{newer} into {older} (channel {channel})"
                for channel, newer, older in connection.execute(waiting.order_by(Group.channel, Group.id))
            ]
    except SQLAlchemyError:
        return Finding(WHAT, "problem", "the tables can't be read; run `intervisie migrate`.")
    finally:
        engine.dispose()
    if found:
        advice = (
            f"still to be merged: {', '.join(found)}. The bot does so at its start and each night, once no session, "
            "poll or search for a date runs in either."
        )
        return Finding(WHAT, "note", advice)
    return Finding(WHAT, "ok")
