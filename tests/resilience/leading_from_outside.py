"""How one gets to every button and every form of a leader from outside."""

from bot.groups.views import GroupRef
from bot.leaders import service as leaders
from bot.leaders.views import AcceptRef, AloneRef
from bot.sessions.views import SessionRef
from bot.slack import ids
from bot.storage import Tx
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.leaders.people import PETRA, ask, hold, leader_of, led_group
from tests.resilience.acts import RECIPES, Act, recipe


@recipe(ids.LEADER_ACCEPT, ids.LEADER_DECLINE)
def asked(tx: Tx) -> Act:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    ask(tx, group)
    return Act(PETRA, GroupRef(group.id))


RECIPES[ids.LEADER_ACCEPT_FORM] = lambda tx: Act(PETRA, AcceptRef(asked(tx).carries.group, 1))
RECIPES[ids.LEADER_TAKE_PART] = lambda tx: Act(PETRA, GroupRef(led_group(tx).id))
RECIPES[ids.LEADER_FAREWELL] = lambda tx: Act(ANNA, GroupRef(led_group(tx).id))


@recipe(ids.LEADER_LINE)
def read_along(tx: Tx) -> Act:
    group = led_group(tx, led=5)
    return Act(PETRA, SessionRef(hold(tx, group, BRAM)))


RECIPES[ids.LEADER_LINE_FORM] = lambda tx: Act(
    PETRA, read_along(tx).carries, {"line": "Je gaf iedereen de tijd."}
)


@recipe(ids.LEADER_ALONE, ids.LEADER_TOGETHER)
def asked_whether_alone(tx: Tx) -> Act:
    group = led_group(tx, led=5, read_along=2)
    leader = leader_of(tx, group)
    leaders.ask_whether_alone(tx, group, leader)
    assert leader.alone_asked_at is not None
    return Act(CHLOE, AloneRef(group.id, PETRA, int(leader.alone_asked_at.timestamp())))
