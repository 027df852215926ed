"""Deleting one treated case: its presenter's words, and the bot's messages that hold them."""

from sqlalchemy import delete

from bot.cases import service as cases
from bot.cases.views import deleting_treated
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.views import emptied
from bot.privacy import queries
from bot.privacy.service import searching
from bot.slack.blocks import Block
from bot.storage import Base, Tx
from bot.texts import Refused, Texts


def case_form(tx: Tx, t: Texts, user: str, case_id: str) -> Block:
    """The form that asks which treated case goes, and says what goes with it."""
    treated = cases.treated_of(tx, user)
    if not treated or (case_id and case_id not in [one.id for one in treated]):
        raise Refused(lambda t: t("The words of this case are gone already."))
    return deleting_treated(t, treated, case_id)


def delete_treated_case(tx: Tx, user: str, case_id: str) -> tuple[int, int]:
    """Delete the words of a treated case.

    Returns how many of the bot's messages are being taken away, and of how many sessions these are looked up first.

    Words of others about it are theirs, and go with the group's term. Twice is as good as once.
    """
    if not cases.delete_treated(tx, case_id, user):
        return 0, 0
    sessions = queries.sessions_about(tx, case_id)
    table = Base.metadata.tables["rewordings"]
    tx.change((delete(table).where(table.c.session_id.in_(sessions)), {}))
    tx.sql.expire_all()
    polls = queries.closed_polls_with(tx, case_id)
    keys = outbox.keys_with_words(
        tx,
        channel_prefixes=[*(f"session/{one}" for one in sessions), *(f"poll/{one}" for one in polls)],
        # The question to the presenter and the console of whoever led show the title.
        private_prefixes=[
            f"case/{case_id}",
            *(f"session/{one}/{what}" for one in sessions for what in ("ask", "facilitator")),
        ],
    )
    outbox.remove_words(tx, keys, emptied(groups.texts_of(tx, user)))
    lost = queries.sessions_out_of_reach(tx, sessions)
    searching.look_up(tx, user, case_id, lost, lost, quietly=False)
    return len(keys), len(lost)
