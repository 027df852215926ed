"""The table pages of one store, served on a port as the bot serves them."""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette

from bot.groups.records import Person
from bot.port_server import PortServer
from bot.storage import Store, Tx
from bot.table_page import service
from bot.table_page.page import TablePages
from sandbox.client import Client
from tests.clock import StillClock
from tests.factories import CHLOE, load

ADDRESS = "https://bot.example"
# Nothing is found by polling, unless a test is about that.
NEVER = 3600.0


@dataclass
class Served:
    """The pages, and where they are."""

    pages: TablePages
    url: str


@pytest.fixture(autouse=True)
def address() -> Iterator[None]:
    service.use_address(ADDRESS)
    yield
    service.use_address(None)


@contextlib.asynccontextmanager
async def serving(pages: TablePages, port: int = 0) -> AsyncIterator[Served]:
    """The pages on a port; 0 takes a free one."""
    opened = socket.create_server(("127.0.0.1", port))
    server = PortServer(Starlette(routes=pages.routes()), opened, stopping_seconds=1)
    server.start()
    try:
        yield Served(pages, f"http://127.0.0.1:{opened.getsockname()[1]}")
    finally:
        pages.hub.close()
        await server.stop()
        opened.close()


@pytest.fixture
async def served(store: Store, clock: StillClock) -> AsyncIterator[Served]:
    async with serving(TablePages(store, clock, poll_seconds=NEVER)) as pages:
        yield pages


@pytest.fixture
async def browser(served: Served) -> AsyncIterator[Client]:
    """What opens pages."""
    async with Client(served.url, timeout=20) as client:
        yield client


def path_of(tx: Tx, session_id: str) -> str:
    """Where the page of a session is, without the address of the bot."""
    found = service.make_address(tx, load(tx, session_id))
    assert found is not None
    return found.removeprefix(ADDRESS)


def name_chloe(tx: Tx) -> None:
    tx.sql.query(Person).filter_by(user=CHLOE).one().name = "Chloé"
    tx.sql.flush()
