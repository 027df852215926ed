"""Jobs of the Home tab: it is published anew when it is outdated."""

from bot import events
from bot.events import HomeOutdated
from bot.home import service
from bot.jobs import queue
from bot.storage import Tx


def on_home_outdated(tx: Tx, event: HomeOutdated) -> None:
    """Publishes a person's tab."""
    service.publish_home(tx, event.user, background=True)


JOBS: dict[str, queue.Handler] = events.on(HomeOutdated, on_home_outdated)
