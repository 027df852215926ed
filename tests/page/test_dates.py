"""Date tokens on the page: in the language, the clock and the zone of whoever reads."""

import pytest
from playwright.async_api import expect

from sandbox.server import Sandbox
from tests.page.conftest import Opener
from tests.sandbox.conftest import client_of

ANNA, CHANNEL, DAY = "U0ANNA", "C0OOST", 86_400
# A Monday, 3:04 in the afternoon in Amsterdam.
LONG_AGO = 1_387_807_440


async def post(sandbox: Sandbox, unix: float, format: str) -> None:
    await client_of(sandbox).chat_postMessage(
        channel=CHANNEL, text=f"Komt: <!date^{int(unix)}^{format}|terugval>"
    )


@pytest.mark.parametrize(
    ("locale", "format", "shown"),
    [
        ("en-US", "{date_long_pretty} om {time}", "Monday, December 23rd, 2013 om 3:04 PM"),
        ("en-US", "{date_pretty}", "December 23rd, 2013"),
        ("en-US", "{date_short}", "Dec 23, 2013"),
        ("en-US", "{date_num} {time_secs}", "2013-12-23 3:04:00 PM"),
        ("en-GB", "{date_long} om {time}", "Monday, 23 December 2013 om 15:04"),
        ("de-DE", "{date_long_pretty} om {time}", "Montag, 23. Dezember 2013 om 15:04"),
    ],
)
async def test_a_day_far_away_is_written_out(
    bare: Sandbox, look: Opener, locale: str, format: str, shown: str
) -> None:
    await bare.doings.change_person(ANNA, locale=locale)
    await post(bare, LONG_AGO, format)
    await expect((await look()).get_by_text(f"Komt: {shown}", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "days", "shown"),
    [
        ("en-US", -1, "Yesterday om"),
        ("en-US", 0, "Today om"),
        ("en-US", 1, "Tomorrow om"),
        ("de-DE", 1, "morgen om"),
    ],
)
async def test_a_day_nearby_is_called_by_its_name(
    bare: Sandbox, look: Opener, locale: str, days: int, shown: str
) -> None:
    await bare.doings.change_person(ANNA, locale=locale)
    await post(bare, bare.workspace.clock.now() + days * DAY, "{date_long_pretty} om {time}")
    await expect((await look()).get_by_text(f"Komt: {shown}")).to_be_visible()


async def test_it_is_the_readers_own_zone(bare: Sandbox, look: Opener) -> None:
    await bare.doings.change_person(ANNA, locale="en-US", zone="America/New_York")
    await post(bare, LONG_AGO, "{time}")
    await expect((await look()).get_by_text("Komt: 9:04 AM", exact=True)).to_be_visible()
