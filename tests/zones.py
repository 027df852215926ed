"""The members of a group in Amsterdam live in other parts of the world."""

from sqlalchemy import update

from bot.groups.records import Person
from bot.storage import Tx
from bot.texts import InPrivate, Texts, for_language
from tests.factories import ANNA, BRAM, CHLOE, DAAN

ZONES = {
    ANNA: "Europe/Amsterdam",
    BRAM: "America/Paramaribo",
    CHLOE: "Europe/London",
    DAAN: "Pacific/Auckland",
}


def spread_out(tx: Tx) -> None:
    """Each member of a group that was just made gets their own zone."""
    for user, zone in ZONES.items():
        tx.sql.execute(update(Person).where(Person.user == user).values(zone=zone))
    tx.sql.expire_all()


def texts_for(user: str, language: str = "nl") -> Texts:
    """The texts of somebody's own forms."""
    return for_language(language).read_by(InPrivate(ZONES[user]))
