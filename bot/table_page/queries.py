"""Queries of table pages. They only read."""

from sqlalchemy import Select, select

from bot.selections import service as selections
from bot.sessions.records import Session
from bot.storage import Tx, Workspace, statement
from bot.table_page.records import SelectionPage, TablePage

Page = TablePage | SelectionPage


def page_of(tx: Tx, session: Session) -> Page | None:
    """The table page of a session, or that of the choice before it; None when nobody has asked for one."""
    own = tx.scalars(_page_of(tx.workspace, session.id)).one_or_none()
    before = selections.selection_before(tx, session.group_id, session.id) if own is None else None
    return own if before is None else page_of_selection(tx, before.id)


@statement
def _page_of(workspace: Workspace, session_id: str) -> Select[TablePage]:
    return select(TablePage).where(TablePage.of(workspace), TablePage.session_id == session_id)


def page_of_selection(tx: Tx, selection_id: str) -> SelectionPage | None:
    """The table page of a selection; None when nobody has asked for one."""
    return tx.scalars(_page_of_selection(tx.workspace, selection_id)).one_or_none()


@statement
def _page_of_selection(workspace: Workspace, selection_id: str) -> Select[SelectionPage]:
    return select(SelectionPage).where(
        SelectionPage.of(workspace), SelectionPage.selection_id == selection_id
    )


def page_by_hash(tx: Tx, token_hash: str) -> Page | None:
    """The table page with this token, found by the token's hash, in any workspace."""
    own = tx.scalars(_page_by_hash(token_hash)).one_or_none()
    return own or tx.scalars(_selection_page_by_hash(token_hash)).one_or_none()


@statement
def _page_by_hash(token_hash: str) -> Select[TablePage]:
    return select(TablePage).where(TablePage.token_hash == token_hash)


@statement
def _selection_page_by_hash(token_hash: str) -> Select[SelectionPage]:
    return select(SelectionPage).where(SelectionPage.token_hash == token_hash)
