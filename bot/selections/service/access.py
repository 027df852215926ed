"""Access: the selection for whoever presses, and the refusals of what no longer holds."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.records import Group
from bot.selections import queries
from bot.selections.records import Selection
from bot.selections.rules import OVER
from bot.storage import Tx
from bot.texts import Refused, Texts


class OfferToLead(Refused):
    """The refusal of a control to somebody who does not lead, with the offer to take over."""

    def __init__(self, offer: Callable[[Texts], Message]) -> None:
        super().__init__(lambda t: offer(t).text)
        self.offer = offer


@dataclass(eq=False)
class Choosing:
    """A selection with its group, for the length of one use case. It is locked."""

    tx: Tx
    selection: Selection
    group: Group

    @property
    def t(self) -> Texts:
        """The texts of the channel."""
        return groups.texts_in(self.group)

    @property
    def there(self) -> list[str]:
        """Who is there and takes part."""
        return queries.participants_there(self.tx, self.selection, self.group)


def choosing_of(tx: Tx, selection: Selection) -> Choosing:
    """The selection with its group; it is loaded and locked already."""
    return Choosing(tx, selection, groups.group_by_id(tx, selection.group_id))


def choosing_or_none(tx: Tx, selection_id: str) -> Choosing | None:
    found = queries.locked_selection(tx, selection_id)
    return None if found is None else choosing_of(tx, found)


def choosing_of_group(tx: Tx, group_id: str) -> Choosing | None:
    """The selection that is on in a group, locked."""
    found = queries.locked_running_selection(tx, group_id)
    return None if found is None else choosing_of(tx, found)


def choosing_for(tx: Tx, selection_id: str, user: str) -> Choosing:
    """The selection that is on, for a member of its group. Raises Refused for anyone else, and once it is over."""
    found = queries.locked_selection(tx, selection_id)
    if found is None:
        raise Refused(lambda t: t("This button no longer works. Type /intervisie to go on from here."))
    group = groups.group_for(tx, found.group_id, user)
    if found.state in OVER:
        raise Refused(lambda t: t("The choosing is over. What was chosen stands in the channel."))
    return Choosing(tx, found, group)


def choosing_for_participant(tx: Tx, selection_id: str, user: str) -> Choosing:
    """The same, for somebody who takes part. Raises Refused for a leader from outside, too."""
    found = choosing_for(tx, selection_id, user)
    if user in found.group.leaders:
        raise groups.brings_nothing_in()
    return found


def no_longer_open() -> Refused:
    return Refused(lambda t: t("This has been settled in the meantime. Thank you all the same."))


def second_click() -> Refused:
    """The second of two clicks on one control."""
    return Refused(lambda t: t("That has just been done. The card shows where you are."))
