"""The register of what is stored: every column has a term and a class, and people's words are encrypted."""

import pytest
from sqlalchemy import JSON, Column, MetaData, String, Table, Text
from sqlalchemy.types import TypeEngine

import bot.app  # noqa: F401  # The composition root knows every table.
from bot.privacy.register import OF_WORKSPACE, REGISTER, WHY_PLAIN, Kept, OnForget, Term
from bot.storage import Base, EncryptedText, StateOf
from bot.storage.columns import is_encrypted

TABLES = Base.metadata.tables


def columns_of(table: Table) -> list[str]:
    """The columns that the register must class: those of the workspace stand in every table."""
    return [column.name for column in table.columns if column.name not in OF_WORKSPACE]


def problems_of(table: Table, kept: Kept | None) -> list[str]:
    """What is wrong between a table and its place in the register."""
    if kept is None:
        return [f"{table.name} has no term: add it to bot/privacy/register.py"]
    found, said = columns_of(table), kept.columns
    wrong = [f"{table.name}.{name} has no class" for name in found if name not in said]
    wrong += [f"{table.name}.{name} has several classes" for name in {*said} if said.count(name) > 1]
    wrong += [f"{table.name}.{name} is gone" for name in said if name not in found]
    for column in table.columns:
        name = f"{table.name}.{column.name}"
        is_content = column.name in kept.content.split()
        if is_content != is_encrypted(column):
            wrong.append(f"{name}: content is encrypted, and nothing else is")
        if is_text(column) and not {column.name, name} & WHY_PLAIN.keys():
            wrong.append(f"{name} is a plain text: encrypt it as content, or give the reason in WHY_PLAIN")
    return wrong


def is_text(column: Column[object]) -> bool:
    """Whether a form or a message could fill this column as it is."""
    return isinstance(column.type, String | JSON) and not is_encrypted(column)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_column_has_a_term_and_a_class(name: str) -> None:
    assert problems_of(TABLES[name], REGISTER.get(name)) == []


def test_the_register_names_no_table_that_is_gone() -> None:
    assert sorted(set(REGISTER) - set(TABLES)) == []


def test_no_reason_is_left_of_a_column_that_is_gone() -> None:
    known = {name for table in TABLES.values() for name in table.columns.keys()}  # noqa: SIM118
    known |= {f"{table.name}.{name}" for table in TABLES.values() for name in table.columns.keys()}  # noqa: SIM118
    assert sorted(set(WHY_PLAIN) - known) == []


def test_a_reason_of_one_column_is_not_the_name_of_another() -> None:
    """A name such as "text" or "line" would excuse every new column of that name."""
    loose = {"text", "line", "title", "note", "reason", "words", "place", "contact", "data", "name"}
    assert not loose & WHY_PLAIN.keys()


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (Text, "things.remark has no class"),
        (Text, "things.remark is a plain text"),
        (EncryptedText, "things.remark: content is encrypted"),
        (JSON, "things.remark is a plain text"),
    ],
)
def test_a_new_column_without_a_class_or_a_reason_is_found(
    kind: type[TypeEngine[object]], problem: str
) -> None:
    """The check can fail: the rule stands by itself, and not in the columns of today."""
    kept = Kept(Term.GROUP, technical="id")
    table = Table("things", MetaData(), Column("id", String(16), primary_key=True), Column("remark", kind))
    assert any(one.startswith(problem) for one in problems_of(table, kept))


def test_a_plain_column_is_no_content_also_where_the_register_says_so() -> None:
    table = Table("things", MetaData(), Column("id", String(16), primary_key=True), Column("remark", Text))
    kept = Kept(Term.GROUP, content="remark", technical="id")
    assert any("content is encrypted" in one for one in problems_of(table, kept))


def test_a_column_that_holds_a_person_says_what_happens_to_it() -> None:
    """By their names: a new `…_by`, `user` or `facilitator` that the register takes for technical is found."""
    for name, table in TABLES.items():
        for column in columns_of(table):
            # `sessions.ends_by` is a moment: a person's Slack id is a text.
            is_id = isinstance(table.c[column].type, String)
            if is_id and (
                column == "user" or column.endswith("_by") or column in ("presenter", "facilitator")
            ):
                assert column in REGISTER[name].names, f"{name}.{column}"


def test_a_row_that_stays_without_a_name_can_do_without_one() -> None:
    for name, kept in REGISTER.items():
        for column, what in kept.names.items():
            if what is OnForget.UNNAME:
                assert isinstance(TABLES[name].c[column].type, String)
                assert not isinstance(TABLES[name].c[column].type, StateOf)
                assert not TABLES[name].c[column].unique
