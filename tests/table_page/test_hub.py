"""The open pages of a process: what they are told, how many there may be, and what wakes them."""

import asyncio
from collections.abc import Mapping

from bot.storage import StoreUnavailable, Workspace
from bot.table_page.hub import Hub, Viewer
from bot.table_page.rules import MAX_OPEN
from bot.table_page.service import Subject
from bot.table_page.views import Face, PageState

ONE, OTHER = (Subject(hash, Workspace("T0OURS"), f"session-{hash}") for hash in ("a", "b"))
NEVER = 3600.0


def face(title: str) -> Face:
    return Face("nl", PageState.RUNNING, title)


class Faces:
    """What stands in the store, and whether it can be read."""

    def __init__(self) -> None:
        self.shown = {ONE: face("Inbreng"), OTHER: face("Vragen")}
        self.fails = 0
        self.readings = 0

    async def read(self, subjects: list[Subject]) -> Mapping[Subject, Face]:
        self.readings += 1
        if self.fails:
            self.fails -= 1
            raise StoreUnavailable
        return {subject: self.shown[subject] for subject in subjects}


async def title_of(viewer: Viewer) -> str | None:
    async with asyncio.timeout(20):
        found = await viewer.next_face()
    return found.title if found else None


async def test_a_page_is_told_what_changed_and_nothing_twice() -> None:
    faces = Faces()
    hub = Hub(faces.read, poll_seconds=NEVER)
    one, other = hub.join(ONE, faces.shown[ONE]), hub.join(OTHER, faces.shown[OTHER])
    assert (await title_of(one), await title_of(other)) == ("Inbreng", "Vragen")
    faces.shown[ONE] = face("Vragen")
    hub.wake()
    assert await title_of(one) == "Vragen"
    faces.shown[OTHER] = face("Analyse")
    hub.wake()
    assert await title_of(other) == "Analyse"
    hub.leave(ONE, one)
    hub.leave(OTHER, other)


async def test_a_change_just_before_a_page_is_counted_is_not_missed() -> None:
    faces = Faces()
    hub = Hub(faces.read, poll_seconds=NEVER)
    faces.shown[ONE] = face("Vragen")
    one = hub.join(ONE, face("Inbreng"))
    while await title_of(one) != "Vragen":
        pass
    hub.leave(ONE, one)


async def test_without_a_wake_the_poll_finds_what_another_process_wrote() -> None:
    faces = Faces()
    hub = Hub(faces.read, poll_seconds=0.01)
    one = hub.join(ONE, faces.shown[ONE])
    assert await title_of(one) == "Inbreng"
    faces.shown[ONE] = face("Vragen")
    assert await title_of(one) == "Vragen"
    hub.leave(ONE, one)


async def test_a_database_that_is_away_ends_nothing() -> None:
    faces = Faces()
    faces.fails = 3
    hub = Hub(faces.read, poll_seconds=0.01)
    one = hub.join(ONE, faces.shown[ONE])
    assert await title_of(one) == "Inbreng"
    faces.shown[ONE] = face("Vragen")
    assert await title_of(one) == "Vragen"
    assert faces.readings > 3
    hub.leave(ONE, one)


async def test_a_clock_moved_by_hand_is_told_although_nothing_else_changed() -> None:
    faces = Faces()
    hub = Hub(faces.read, poll_seconds=NEVER)
    one = hub.join(ONE, faces.shown[ONE])
    assert await title_of(one) == "Inbreng"
    hub.on_clock_jump()
    assert await title_of(one) == "Inbreng"
    hub.leave(ONE, one)


async def test_so_many_pages_of_a_session_may_be_open_and_one_that_closes_makes_room() -> None:
    faces = Faces()
    hub = Hub(faces.read, poll_seconds=NEVER)
    viewers = [hub.join(ONE, faces.shown[ONE]) for _ in range(MAX_OPEN)]
    assert MAX_OPEN == 20
    assert hub.is_full(ONE)
    assert not hub.is_full(OTHER)
    hub.leave(ONE, viewers.pop())
    assert not hub.is_full(ONE)
    for viewer in viewers:
        hub.leave(ONE, viewer)


async def test_a_process_that_stops_lets_every_page_go() -> None:
    faces = Faces()
    hub = Hub(faces.read, poll_seconds=NEVER)
    viewers = [hub.join(ONE, faces.shown[ONE]) for _ in range(3)]
    hub.close()
    late = hub.join(ONE, faces.shown[ONE])
    for viewer in (*viewers, late):
        assert await title_of(viewer) is None
        hub.leave(ONE, viewer)


async def test_without_open_pages_nothing_is_read() -> None:
    faces = Faces()
    hub = Hub(faces.read, poll_seconds=NEVER)
    one = hub.join(ONE, faces.shown[ONE])
    hub.leave(ONE, one)
    tasks = [task for task in asyncio.all_tasks() if task.get_name() == "table-pages"]
    await asyncio.gather(*tasks, return_exceptions=True)
    hub.wake()
    assert faces.readings == 0
