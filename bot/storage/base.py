"""Declarative base of every table: constraint names, ids, and the workspace of a row."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


@dataclass(frozen=True, slots=True)
class Workspace:
    """A Slack workspace, told apart by its `team_id` alone.

    `enterprise_id` is the organisation on Enterprise Grid; empty outside one. A workspace that joins an organisation keeps its
    `team_id`: https://docs.slack.dev/enterprise/developing-for-enterprise-orgs
    """

    team_id: str
    enterprise_id: str = field(default="", compare=False)


class Base(DeclarativeBase):
    # Alembic can only alter or drop a constraint that has a name; on SQLite no other way exists.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class InWorkspace:
    """Mixin: a row belongs to one workspace, and every query names that workspace."""

    team_id: Mapped[str] = mapped_column(String(20))
    # The organisation at the time of writing. Nothing is looked up by it.
    enterprise_id: Mapped[str] = mapped_column(String(20), default="")

    @classmethod
    def of(cls, workspace: Workspace) -> ColumnElement[bool]:
        """The condition that a row belongs to this workspace."""
        return cls.team_id == workspace.team_id

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.team_id, self.enterprise_id)


def belonging_to(workspace: Workspace) -> dict[str, Any]:
    """The constructor arguments that put a new row in a workspace."""
    return {"team_id": workspace.team_id, "enterprise_id": workspace.enterprise_id}


def new_id() -> str:
    """A fresh random id of 16 characters: not guessable, and short enough for a button's value."""
    return secrets.token_hex(8)
