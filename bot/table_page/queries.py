"""Queries of table pages. They only read."""

from sqlalchemy import Select, select

from bot.sessions.records import Session
from bot.storage import Tx, Workspace, statement
from bot.table_page.records import TablePage


def page_of(tx: Tx, session: Session) -> TablePage | None:
    """The table page of a session; None when nobody has asked for one."""
    return tx.scalars(_page_of(tx.workspace, session.id)).one_or_none()


@statement
def _page_of(workspace: Workspace, session_id: str) -> Select[TablePage]:
    return select(TablePage).where(TablePage.of(workspace), TablePage.session_id == session_id)


def page_by_hash(tx: Tx, token_hash: str) -> TablePage | None:
    """The table page with this token, found by the token's hash, in any workspace."""
    return tx.scalars(_page_by_hash(token_hash)).one_or_none()


@statement
def _page_by_hash(token_hash: str) -> Select[TablePage]:
    return select(TablePage).where(TablePage.token_hash == token_hash)
