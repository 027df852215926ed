"""Forgetting a person: their words go at once, and their name as soon as their groups know that they left."""

from typing import Any, cast

from sqlalchemy import delete, or_, select, update
from sqlalchemy.engine import CursorResult

from bot.cases import service as cases
from bot.delivery import outbox
from bot.delivery.states import OutboxState
from bot.groups import service as groups
from bot.groups.views import emptied
from bot.jobs import queue
from bot.privacy import queries, rules, views
from bot.privacy.records import Forgotten
from bot.privacy.register import OnForget
from bot.privacy.rules import Subject
from bot.privacy.service import searching
from bot.privacy.views import Receipt
from bot.sessions import service as sessions
from bot.storage import Base, Tx
from bot.texts import FORGOTTEN

SWEEP = "privacy.sweep"
# The operator asked for it, so nobody reads a receipt.
_QUIETLY = "quietly"


def forget_person(tx: Tx, user: str, *, quietly: bool = False) -> Receipt:
    """Forgets a person in this workspace: leaves their groups, deletes their words, and sweeps the rest away after that.

    Twice is as good as once.
    """
    t = groups.texts_of(tx, user)
    to_remove = _messages_of(tx, user)
    mine = groups.groups_of(tx, user)
    for group in mine:
        groups.leave_group(tx, group.id, user)
    forgotten_cases = cases.forget_presenter(tx, user)
    sessions.end_sessions_about(tx, user)
    # Also those that the end of a session has just posted.
    to_remove = list(dict.fromkeys([*to_remove, *_messages_of(tx, user)]))
    outbox.remove_words(tx, to_remove, emptied(t))
    presented = queries.sessions_presented(tx, user)
    lost = queries.sessions_out_of_reach(tx, {*presented, *queries.sessions_written_in(tx, user)})
    searching.look_up(tx, user, "forgotten", lost, presented, quietly=quietly)
    deleted = _delete_rows(tx, user, OnForget.DELETE)
    receipt = Receipt(len(mine), forgotten_cases, deleted, len(to_remove), len(lost))
    note_forgotten(tx, Subject.USER, user)
    if not quietly and (mine or forgotten_cases or deleted or groups.known_person(tx, user) is not None):
        groups.post_dm(tx, user, views.receipt(t, receipt), key=_receipt_key(tx, user))
    about = {"user": user, "sweep": 0, _QUIETLY: quietly, "messages": len(to_remove), "looked_up": lost}
    queue.schedule(tx, SWEEP, user, tx.now + rules.pause_before(0), about)
    return receipt


def on_sweep(tx: Tx, job: queue.Job) -> None:
    """Sweeps away what names a forgotten person, once the rooms have heard of their leaving; again until nothing is left."""
    user, sweep = str(job.data["user"]), int(job.data["sweep"])
    if groups.groups_of(tx, user):
        # They came back meanwhile: what names them is theirs again, and can be forgotten again.
        return
    waits = (
        queries.is_event_waiting(tx, user)
        or queries.is_in_a_running_session(tx, user)
        # Its end is told in their language.
        or searching.is_looking_up(tx, user)
    )
    if not waits or sweep >= rules.SWEEPS_AT_MOST:
        if not job.data.get(_QUIETLY):
            _tell_failures(tx, user, job.data)
        _delete_rows(tx, user, OnForget.DELETE, OnForget.DELETE_AFTERWARDS)
        _unname(tx, user)
        _cancel_jobs(tx, user)
        waits = not _clean_outbox(tx, user)
    if waits and sweep < rules.SWEEPS_AT_MOST:
        about = {**job.data, "sweep": sweep + 1}
        queue.schedule(tx, SWEEP, user, tx.now + rules.pause_before(sweep + 1), about)


def note_forgotten(tx: Tx, kind: Subject, of: str) -> None:
    """Lists something as forgotten, so that a copy of before does not bring it back."""
    secret = _secret_of_list(tx)
    digest = rules.digest_of(kind, tx.workspace.team_id, of, secret)
    tx.sql.add(Forgotten(kind=kind, digest=digest, secret=secret, at=tx.now))


def _secret_of_list(tx: Tx) -> str:
    """The key of the newest entry; a new one where there is none that can be read."""
    newest = select(Forgotten).where(Forgotten.secret.is_not(None)).order_by(Forgotten.at.desc()).limit(1)
    found = tx.sql.scalars(newest).first()
    return found.secret if found is not None and found.is_readable and found.secret else rules.new_secret()


def _messages_of(tx: Tx, user: str) -> list[str]:
    """The bot's messages with words of somebody: about their cases, in sessions that they wrote in, and private to them."""
    presented = queries.sessions_presented(tx, user)
    keys = outbox.keys_with_words(
        tx,
        to=user,
        channel_prefixes=[
            *(f"session/{session}" for session in presented),
            *(f"poll/{poll}" for poll in queries.polls_about(tx, user)),
        ],
        # The console of whoever led shows the title.
        private_prefixes=[f"session/{session}/facilitator" for session in presented],
    )
    written_in = [one for one in queries.sessions_written_in(tx, user) if one not in presented]
    # The case, and the card with its title, are somebody else's.
    theirs = {f"session/{session}/{what}" for session in written_in for what in ("case", "card")}
    others = outbox.keys_with_words(tx, channel_prefixes=[f"session/{session}" for session in written_in])
    receipt = _receipt_key(tx, user)
    return [key for key in dict.fromkeys([*keys, *others]) if key not in theirs and key != receipt]


def _delete_rows(tx: Tx, user: str, *what: OnForget) -> int:
    """Deletes the rows of these sorts; returns how many."""
    deleted = _delete_rewordings(tx, user)
    for table, kept in queries.tables_naming_people():
        for column, happens in kept.names.items():
            if happens in what:
                mine = queries.is_named(tx, table, column, user)
                deleted += _count(tx.change((delete(table).where(mine), {})))
    tx.sql.expire_all()
    return deleted


def _delete_rewordings(tx: Tx, user: str) -> int:
    """The presenter's question, as it became: the row names the session alone."""
    table = Base.metadata.tables["rewordings"]
    about = table.c.session_id.in_(queries.sessions_presented(tx, user))
    return _count(tx.change((delete(table).where(about), {})))


def _count(result: Any) -> int:
    return max(cast(CursorResult[Any], result).rowcount, 0)


def _unname(tx: Tx, user: str) -> None:
    """Takes the name out of rows that others still need."""
    for table, kept in queries.tables_naming_people():
        for column, happens in kept.names.items():
            if happens is OnForget.UNNAME:
                nobody = None if table.c[column].nullable else FORGOTTEN
                mine = queries.is_named(tx, table, column, user)
                tx.change((update(table).where(mine).values({column: nobody}), {}))
    rounds = Base.metadata.tables["advice_rounds"]
    found = tx.sql.execute(
        select(rounds.c.id, rounds.c.turns).where(rounds.c.team_id == tx.workspace.team_id)
    )
    for row in [one for one in found if user in one.turns]:
        turns = [FORGOTTEN if one == user else one for one in row.turns]
        tx.change((update(rounds).where(rounds.c.id == row.id).values(turns=turns), {}))
    tx.sql.expire_all()


def _tell_failures(tx: Tx, user: str, about: dict[str, Any]) -> None:
    """Says in the receipt how many messages Slack did not let the bot delete. Those that were looked up have their own message."""
    # A job of a version before has other numbers, and looked nothing up.
    asked, lost = int(about.get("messages", 0)), int(about.get("lost", 0))
    looked_up = {("session", one) for one in about.get("looked_up", ())}
    keys = [key for key in _messages_of(tx, user) if tuple(key.split("/")[:2]) not in looked_up]
    failed = outbox.undeletable(tx, keys)
    if failed:
        message = views.receipt_with_failures(groups.texts_of(tx, user), asked, len(failed), lost)
        groups.update_dm(tx, user, _receipt_key(tx, user), message)


def _cancel_jobs(tx: Tx, user: str) -> None:
    """Cancels what is still planned for somebody: nothing of it concerns anybody else."""
    due = Base.metadata.tables["due"]
    theirs = (due.c.subject == user) | due.c.subject.like(f"%/{user}")
    tx.change((delete(due).where(due.c.team_id == tx.workspace.team_id, theirs, due.c.kind != SWEEP), {}))


def _clean_outbox(tx: Tx, user: str) -> bool:
    """Deletes what the outbox still knows of somebody; whether nothing of it waits to be sent."""
    table = Base.metadata.tables["outbox"]
    names = [table.c[name].like(f"%{user}%") for name in ("key", "target_key", "lane")]
    mine = (table.c.team_id == tx.workspace.team_id) & or_(table.c.user == user, *names)
    waiting = (OutboxState.PENDING, OutboxState.SENDING)
    if tx.sql.scalars(select(table.c.id).where(mine, table.c.state.in_(waiting)).limit(1)).first():
        return False
    tx.change((delete(table).where(mine), {}))
    return True


def _receipt_key(tx: Tx, user: str) -> str:
    return f"privacy/{user}/receipt"
