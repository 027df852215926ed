"""`intervisie forget`, and `intervisie export`: one person, one group, or a whole workspace."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import Table, select

from bot.cli.audit import log
from bot.cli.database import DatabaseProblem
from bot.cli.migrate import pending
from bot.cli.problems import settings_or_exit
from bot.cli.tables import load_every_table
from bot.storage import Base, Keyring, StoreUnavailable, Tx, Workspace, open_store, use_keyring
from bot.storage.canary import cipher_state

R = TypeVar("R")


@click.command()
@click.option("--user", metavar="U…", help="A person, by their Slack id.")
@click.option("--group", metavar="C…", help="A group, by the id of its channel.")
@click.option("--workspace", metavar="T…", help="A whole workspace; with --user or --group, where that is.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(user: str | None, group: str | None, workspace: str | None, yes: bool) -> None:
    """Delete what is stored of a person, a group or a workspace, with the bot's own messages."""
    load_every_table()
    from bot.privacy import service as privacy

    if user and group:
        raise click.UsageError("Name a person or a group.")
    if not (user or group or workspace):
        raise click.UsageError("Name a person, a group or a workspace: --user, --group or --workspace.")
    of = _workspace(workspace)
    what = (
        f"the person {user}" if user else f"the group of {group}" if group else f"the workspace {of.team_id}"
    )
    if not yes:
        click.confirm(f"Everything of {what} is deleted, and cannot be brought back. Go on?", abort=True)
    if user:
        receipt = _in_store(of, lambda tx: privacy.forget_person(tx, user, quietly=True))
        click.echo(
            f"Deleted: {receipt.cases} cases and {receipt.rows} other rows. Messages that the bot takes away while it runs: "
            f"{receipt.messages}. The name goes within minutes after that."
        )
        if receipt.lost:
            click.echo(
                f"Sessions of long ago of which the bot must look for its messages in Slack: {receipt.lost}. It does that while it runs, "
                "with the history scopes; without them these messages stay. What stays is in the log: old_messages_stay."
            )
        rows = receipt.cases + receipt.rows
        log.info(
            "operator_forget", kind="person", workspace=of.team_id, count=rows, messages=receipt.messages
        )
        return
    if group:
        group_id = _in_store(of, lambda tx: _group_in(tx, group))
        messages = _in_store(of, lambda tx: privacy.forget_group(tx, group_id))
    else:
        messages = _in_store(of, privacy.forget_workspace)
    click.echo(f"Deleted. Messages that the bot takes away while it runs: {messages}.")
    about = {"kind": "group", "group": group_id} if group else {"kind": "workspace"}
    log.info("operator_forget", workspace=of.team_id, messages=messages, **about)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--user", metavar="U…", required=True, help="A person, by their Slack id.")
@click.option("--workspace", metavar="T…", help="Where that is, when there are several.")
def export(file: Path, user: str, workspace: str | None) -> None:
    """Write what is stored of a person to FILE, as JSON. It holds their words: give it to nobody else."""
    load_every_table()
    from bot.privacy import service as privacy

    of = _workspace(workspace)
    made = _in_store(of, lambda tx: privacy.data_file(tx, user))
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_bytes(made.body)
    except FileExistsError:
        raise click.ClickException(f"{file} exists already. Name another file.") from None
    except OSError as problem:
        raise click.ClickException(f"{file} can't be written: {problem.strerror}.") from None
    click.echo(f"Written to {file}. It is not encrypted.")
    log.info("operator_export", kind="person", workspace=of.team_id, count=made.rows)


def _workspace(named: str | None) -> Workspace:
    """The workspace that is meant; the only one, where none was named."""
    known: set[str] = set(_in_store(None, lambda tx: _team_ids(tx)))
    if named is None and len(known) > 1:
        raise click.UsageError(
            f"Several workspaces are stored here: {', '.join(sorted(known))}. Name one with --workspace."
        )
    team_id = named or next(iter(known), "")
    if team_id not in known:
        raise click.ClickException("Nothing of this workspace is stored here.")
    return Workspace(team_id)


def _team_ids(tx: Tx) -> list[str]:
    found: set[str] = set()
    for name in ("groups", "people", "installations"):
        table: Table = Base.metadata.tables[name]
        found.update(tx.sql.scalars(select(table.c.team_id).distinct()))
    return sorted(found)


def _group_in(tx: Tx, channel: str) -> str:
    from bot.groups import service as groups

    found = groups.channel_group(tx, channel)
    if found is None:
        raise click.ClickException("There is no group in this channel.")
    return found.id


def _in_store(workspace: Workspace | None, work: Callable[[Tx], R]) -> R:
    """Run one use case in the bot's database, while the bot runs or not."""
    settings = settings_or_exit()
    load_every_table()

    try:
        if pending(settings.database_url):
            raise click.ClickException("The database is not up to date. Run `intervisie migrate` first.")
    except DatabaseProblem as problem:
        raise click.ClickException(str(problem)) from None
    keyring = Keyring(settings.secret_keys)
    use_keyring(keyring)
    store = open_store(settings.database_url)

    def bound(tx: Tx) -> Any:
        return work(tx.of(workspace) if workspace else tx)

    try:
        with store.engine.connect() as connection:
            keyring.state = cipher_state(connection)
        done: R = asyncio.run(store.transact(bound))
        return done
    except StoreUnavailable:
        raise click.ClickException(
            "The database can't be written just now. Nothing was deleted; try again."
        ) from None
    finally:
        store.close()
