"""A ciphertext belongs to its place: in another row, column, table or workspace nobody reads it."""

import re
from typing import Any

import pytest
from sqlalchemy import (
    Text,
    bindparam,
    func,
    inspect,
    select,
    type_coerce,
    update,
)
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import aliased

from bot.cases import service as cases
from bot.cases.records import Case
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.delivery.outbox.rows import TABLE as OUTBOX
from bot.followups.records import Reflection
from bot.followups.rules import ReflectionState
from bot.merging.service import _STAYS
from bot.storage import Base, CipherState, Keyring, Tx, UnreadableText, belonging_to, seal_values
from bot.storage import encryption as encryption_module
from bot.storage.columns import UNREADABLE, PlaceUnknown, is_encrypted, place_columns
from bot.storage.encryption import Purpose
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, make_case
from tests.metrics.conftest import Counted, since
from tests.stored import new_key, words

__all__ = ["since"]

CASES = Base.metadata.tables["cases"]
ENCRYPTED = [
    column for table in Base.metadata.sorted_tables for column in table.columns if is_encrypted(column)
]


def stored(tx: Tx, record: Any, name: str) -> str:
    """The ciphertext of a record's text, as it stands in the database."""
    table = type(record).__table__
    found = tx.sql.scalar(select(type_coerce(table.c[name], Text)).where(table.c.id == record.id))
    assert isinstance(found, str)
    return found


def move(tx: Tx, ciphertext: str, record: Any, name: str) -> None:
    """What somebody does who can write in the database, and has no key."""
    table = type(record).__table__
    moved = {name: type_coerce(ciphertext, Text)}
    tx.sql.execute(update(table).where(table.c.id == record.id).values(moved))
    tx.sql.expire_all()


def a_reflection(tx: Tx, group_id: str) -> Reflection:
    reflection = Reflection(
        group_id=group_id,
        session_id="s1",
        user=ANNA,
        held_at=tx.now,
        state=ReflectionState.WRITTEN,
        seen="Dat ik bang ben om mijn baan te verliezen.",
        **belonging_to(tx.workspace),
    )
    tx.sql.add(reflection)
    tx.sql.flush()
    return reflection


def test_brams_list_of_cases_does_not_show_annas_reflection(tx: Tx, since: Counted) -> None:
    group = make_group(tx, ANNA, BRAM)
    reflection = a_reflection(tx, group.id)
    case = make_case(tx, group, BRAM)
    move(tx, stored(tx, reflection, "seen"), case, "title")
    [shown] = cases.backlog(tx, group)
    assert shown.title == UNREADABLE
    assert shown.question
    assert since("intervisie_unreadable_total") == 1
    # In its own place it is read as before.
    assert tx.sql.scalar(select(Reflection.seen)) == "Dat ik bang ben om mijn baan te verliezen."


def test_between_rows_columns_and_workspaces_nothing_can_be_moved(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    one, other = (make_case(tx, group, user, title=f"Van {user}") for user in (ANNA, BRAM))
    move(tx, stored(tx, one, "title"), other, "title")
    assert other.title == UNREADABLE
    move(tx, stored(tx, one, "title"), one, "hope")
    assert (one.title, one.hope) == (f"Van {ANNA}", UNREADABLE)
    tx.sql.execute(update(CASES).where(CASES.c.id == one.id).values(team_id="T0THEIRS"))
    tx.sql.expire_all()
    assert one.title == UNREADABLE


def test_a_message_that_waits_is_not_sent_with_the_words_of_another(tx: Tx) -> None:
    for key in ("a", "b"):
        outbox.post(tx, "C0OOST", Message(f"Voor {key}"), key=key)
    texts = list(tx.sql.scalars(select(type_coerce(OUTBOX.c.payload, Text)).order_by(OUTBOX.c.id)))
    tx.sql.execute(update(OUTBOX).where(OUTBOX.c.key == "b").values(payload=type_coerce(texts[0], Text)))
    payloads = list(tx.sql.scalars(select(OUTBOX.c.payload).order_by(OUTBOX.c.id)))
    assert [payload and payload["text"] for payload in payloads] == ["Voor a", []]


def test_a_separator_in_an_id_makes_no_place_look_like_another(tx: Tx) -> None:
    make_case(tx, make_group(tx, ANNA))
    title = seal_values(tx.sql, CASES, {"team_id": "T0 C", "id": "1", "title": "Van een ander"})["title"]
    tx.sql.execute(update(CASES).values(team_id="T0", id="C 1", title=title))
    assert tx.sql.scalar(select(CASES.c.title)) == UNREADABLE


@pytest.mark.parametrize("column", ENCRYPTED, ids=str)
def test_every_encrypted_column_is_bound_to_its_workspace_and_row(column: Any) -> None:
    names = [part.name for part in place_columns(column.table)]
    # The list of who was forgotten names no workspace: only its key tells whose row it is.
    assert column.table.name == "forgotten" or names[0] == "team_id"
    assert set(names) - {"team_id"}
    # And whatever selects the column fetches its place as well.
    sql = str(select(column))
    assert all(f"{column.table.name}.{name}" in sql for name in names)


def test_a_core_statement_without_the_row_is_refused_and_names_no_text(tx: Tx) -> None:
    case = make_case(tx, make_group(tx, ANNA))
    with pytest.raises(StatementError, match="seal_values") as refused, tx.sql.begin_nested():
        tx.sql.execute(update(CASES).values(title="Vertrouwelijk"))
    assert isinstance(refused.value.orig, PlaceUnknown)
    assert "Vertrouwelijk" not in str(refused.value)
    with pytest.raises(PlaceUnknown), tx.sql.begin_nested():
        tx.sql.execute(select(func.max(CASES.c.title)))
    hidden = select(CASES.c.title).subquery()
    with pytest.raises(PlaceUnknown), tx.sql.begin_nested():
        tx.sql.execute(select(hidden.c.title))
    assert case.title == "Te vaak ja"


def test_a_core_statement_writes_what_was_encrypted_for_its_row(tx: Tx) -> None:
    case = make_case(tx, make_group(tx, ANNA))
    values = seal_values(tx.sql, CASES, {"id": case.id, "team_id": case.team_id, "title": "Anders"})
    tx.sql.execute(
        update(CASES).where(CASES.c.id == bindparam("of")),
        [{"of": case.id, "title": values["title"]}],
    )
    assert tx.sql.scalar(select(CASES.c.title)) == "Anders"
    of = aliased(Case)
    assert tx.sql.execute(select(of.title, Case.question).join(of, of.id == Case.id)).one()[0] == "Anders"
    within = select(Case.team_id, Case.id, Case.title).subquery()
    assert tx.sql.scalar(select(within.c.title)) == "Anders"
    # Emptied at once, in every row.
    tx.sql.execute(update(CASES).values(title="", typed=None))
    assert tx.sql.execute(select(CASES.c.title, CASES.c.typed)).one() == ("", None)


def test_a_record_holds_its_own_words_after_it_was_written_and_after_a_failure(tx: Tx) -> None:
    group = make_group(tx, ANNA)
    case = make_case(tx, group, title="Te vaak ja")
    assert case.title == "Te vaak ja"
    case.title = "Te vaak nee"
    tx.sql.flush()
    assert case.title == "Te vaak nee"
    assert not inspect(case).modified
    incomplete = Case(
        group_id=group.id,
        title="Zonder inbrenger",
        situation="Zo.",
        own_part="Ik.",
        question="Hoe?",
        created_at=tx.now,
        **belonging_to(tx.workspace),
    )
    with pytest.raises(IntegrityError), tx.sql.begin_nested():
        tx.sql.add(incomplete)
    assert incomplete.title == "Zonder inbrenger"


def test_only_what_changed_is_encrypted_anew(tx: Tx) -> None:
    case = make_case(tx, make_group(tx, ANNA))
    before = {name: stored(tx, case, name) for name in ("title", "question")}
    case.title = "Anders"
    tx.sql.flush()
    assert stored(tx, case, "title") != before["title"]
    assert stored(tx, case, "question") == before["question"]


def test_a_row_with_texts_does_not_change_its_place(tx: Tx) -> None:
    case = make_case(tx, make_group(tx, ANNA))
    case.team_id = "T0THEIRS"
    with pytest.raises(RuntimeError, match="keeps its place"):
        tx.sql.flush()
    tx.sql.rollback()


def test_a_key_derives_another_one_for_each_purpose() -> None:
    ring = Keyring([new_key()], CipherState.BOUND)
    token = ring.encrypt("Vertrouwelijk", "here", Purpose.ROWS)
    assert ring.decrypt(token, "here", Purpose.ROWS) == "Vertrouwelijk"
    for purpose in set(Purpose) - {Purpose.ROWS}:
        with pytest.raises(UnreadableText):
            ring.decrypt(token, "here", purpose)
    link = ring.seal("Vertrouwelijk?>?>", Purpose.CALENDAR_LINKS)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", link)
    assert ring.unseal(link, Purpose.CALENDAR_LINKS) == "Vertrouwelijk?>?>"
    with pytest.raises(UnreadableText):
        ring.unseal(token, Purpose.CALENDAR_LINKS)


def test_a_ciphertext_tells_nothing_of_when_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Keyring([new_key()], CipherState.BOUND)
    # All that is not the key and the text is random: with the same nonce every second gives the same ciphertext.
    monkeypatch.setattr(encryption_module.os, "urandom", bytes)
    assert len({ring.encrypt("Vertrouwelijk", "here") for _ in range(2)}) == 1
    monkeypatch.undo()
    assert len({ring.encrypt("Vertrouwelijk", "here") for _ in range(50)}) == 50


@pytest.mark.parametrize("damaged", ["2.", "2.00000000.AAAA", "gAAAAAdamaged", "2.é", "Vertrouwelijk", " "])
def test_what_is_no_ciphertext_is_unreadable(damaged: str) -> None:
    ring = Keyring([new_key()], CipherState.MIXED)
    for text in (damaged, ring.current_prefix + damaged, ring.current_prefix + "AAAA"):
        with pytest.raises(UnreadableText):
            ring.decrypt(text, "here")
        with pytest.raises(UnreadableText):
            ring.unseal(text, Purpose.CALENDAR_LINKS)


def test_ciphertexts_of_before_are_read_until_all_are_written_anew() -> None:
    key = new_key()
    before = words(key)
    for state in (CipherState.UNBOUND, CipherState.MIXED, None):
        assert "Vertrouwelijk" in Keyring([new_key(), key], state).decrypt(before, "anywhere")
    # Somebody may have kept one, to put it elsewhere.
    with pytest.raises(UnreadableText):
        Keyring([key], CipherState.BOUND).decrypt(before, "anywhere")


def test_what_merging_moves_keeps_its_place() -> None:
    of_group = {
        column.table.name
        for column in ENCRYPTED
        if "group_id" in {part.name for part in place_columns(column.table)}
    }
    assert of_group <= _STAYS
