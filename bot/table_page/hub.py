"""Hub: the open table pages of this process, and what they are told when their session changes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from bot import metrics
from bot.storage import StoreUnavailable
from bot.table_page.rules import MAX_OPEN
from bot.table_page.service import Subject
from bot.table_page.views import Face

log = structlog.get_logger()

ReadFaces = Callable[[list[Subject]], Awaitable[Mapping[Subject, Face]]]
# However many transactions commit, the pages are read anew so often at most.
INTERVAL_SECONDS = 0.1


class Viewer:
    """One open page: the newest face that it has not been told, if any."""

    def __init__(self) -> None:
        self._face: Face | None = None
        self._closed = False
        self._news = asyncio.Event()

    def show(self, face: Face) -> None:
        self._face = face
        self._news.set()

    def close(self) -> None:
        self._closed = True
        self._news.set()

    async def next_face(self) -> Face | None:
        """Wait for the next face; None when the page must connect again, to another process."""
        await self._news.wait()
        if self._closed:
            return None
        self._news.clear()
        return self._face


class Hub:
    """Hub: reads the open pages anew after a commit, in whichever process, and at least every `poll_seconds`.

    A NOTIFY may be lost, and another program may write into SQLite; the poll finds what was missed.
    """

    def __init__(self, read: ReadFaces, *, poll_seconds: float) -> None:
        self._read = read
        self._poll_seconds = poll_seconds
        self._viewers: dict[Subject, list[Viewer]] = {}
        self._faces: dict[Subject, Face] = {}
        self._changed = asyncio.Event()
        self._all = False
        self._task: asyncio.Task[None] | None = None
        self.is_closed = False

    def is_full(self, subject: Subject) -> bool:
        return len(self._viewers.get(subject, ())) >= MAX_OPEN

    def join(self, subject: Subject, face: Face) -> Viewer:
        """Count a page as open, and tell it the face that was just read. `leave` it once."""
        viewer = Viewer()
        self._viewers.setdefault(subject, []).append(viewer)
        self._faces.setdefault(subject, face)
        metrics.count_open_page(1)
        viewer.show(face)
        if self.is_closed:
            viewer.close()
            return viewer
        # A change between the reading of its face and this moment has woken nobody.
        self.wake()
        if self._task is None:
            self._task = asyncio.create_task(self._forever(), name="table-pages")
        return viewer

    def leave(self, subject: Subject, viewer: Viewer) -> None:
        viewers = self._viewers[subject]
        viewers.remove(viewer)
        metrics.count_open_page(-1)
        if not viewers:
            del self._viewers[subject], self._faces[subject]
        if not self._viewers:
            self._rest()

    def wake(self) -> None:
        """Read the open pages soon: something was committed."""
        self._changed.set()

    def on_clock_jump(self) -> None:
        """The clock was moved by hand: every page needs the time anew."""
        self._all = True
        self.wake()

    def close(self) -> None:
        """Let every page go; it connects again, and finds another process."""
        self.is_closed = True
        for viewers in self._viewers.values():
            for viewer in viewers:
                viewer.close()
        self._rest()

    def _rest(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _forever(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._poll_seconds):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            try:
                await self._tell()
            except StoreUnavailable:
                # The pages go on ticking, and the poll tries again.
                pass
            except Exception as problem:
                log.exception("worker_failed", kind="table_pages", error=type(problem).__name__)
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _tell(self) -> None:
        to_all, self._all = self._all, False
        try:
            found = await self._read(list(self._viewers))
        except BaseException:
            self._all = self._all or to_all
            raise
        for subject, face in found.items():
            if subject not in self._viewers or (face == self._faces[subject] and not to_all):
                continue
            self._faces[subject] = face
            for viewer in self._viewers[subject]:
                viewer.show(face)
