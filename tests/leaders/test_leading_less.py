"""A leader from outside leads less and less: they read along, the group is asked, and they say goodbye."""

import pytest

from bot.attendance import service as attendance
from bot.groups import service as groups
from bot.leaders import service as leaders
from bot.meetings import service as meetings
from bot.storage import Tx
from bot.texts import Refused
from tests.factories import ANNA, BRAM, CHLOE, DAAN, text_of
from tests.leaders.people import (
    EVERYBODY,
    MEMBERS,
    PETRA,
    hold,
    in_channel,
    leader_of,
    led_group,
    letters,
    question,
    sweep,
    users,
)


def test_after_their_sessions_members_lead_and_they_read_along(tx: Tx) -> None:
    group = led_group(tx, sessions_led=1)
    hold(tx, group, groups.next_facilitator(tx, group, ANNA))
    assert any("heeft jullie 1 keer begeleid" in text for text in in_channel(tx))
    following = groups.next_facilitator(tx, group, ANNA)
    assert following in MEMBERS
    session_id = hold(tx, group, BRAM)
    assert leader_of(tx, group).read_along == 1
    assert any("leidde vandaag" in text for text in letters(tx, PETRA))
    leaders.write_line(tx, session_id, PETRA, "Je gaf *iedereen* de tijd.")
    reached = {user: [one for one in letters(tx, user) if "de tijd" in one] for user in MEMBERS}
    assert [user for user, found in reached.items() if found] == [BRAM]
    with pytest.raises(Refused):
        leaders.write_line(tx, session_id, PETRA, "Nog iets.")
    for user in (ANNA, BRAM):
        with pytest.raises(Refused):
            leaders.write_line(tx, session_id, user, "Van mij.")


def test_who_leads_the_next_meeting_changes_as_soon_as_they_have_led_their_last(tx: Tx) -> None:
    group = led_group(tx, led=4)
    meeting = meetings.plan_meeting(tx, group.id, ANNA, "", "2027-01-26", "15:00", "")
    sweep(tx)
    assert meeting.facilitator == PETRA
    hold(tx, group, PETRA)
    assert meeting.facilitator is not None
    assert meeting.facilitator in MEMBERS
    # Who offers it leads, also somebody from outside.
    attendance.offer_to_lead(tx, meeting.id, int(meeting.starts_at.timestamp()), PETRA)
    attendance.pass_on_lead(tx, meeting.id, int(meeting.starts_at.timestamp()), str(meeting.facilitator))
    assert meeting.facilitator == PETRA


def test_a_session_that_they_missed_is_not_read_along(tx: Tx) -> None:
    group = led_group(tx, led=5)
    session_id = hold(tx, group, BRAM, here=(ANNA, BRAM, CHLOE, DAAN))
    assert leader_of(tx, group).read_along == 0
    with pytest.raises(Refused):
        leaders.write_line(tx, session_id, PETRA, "Mooi.")


def test_then_the_group_is_asked_once_and_chooses_itself(tx: Tx) -> None:
    group = led_group(tx, led=5, read_along=1)
    hold(tx, group, BRAM)
    ref = question(tx, group.id)
    key = f"alone/{ref.asked_at}"
    assert "Gaan jullie alleen verder?" in text_of(tx, key)
    with pytest.raises(Refused):
        leaders.go_on_alone(tx, ref, PETRA)
    leaders.go_on_together(tx, ref, CHLOE)
    assert "nog 2 keer mee" in text_of(tx, key)
    assert (leader_of(tx, group).read_along, leader_of(tx, group).alone_asked_at) == (0, None)
    with pytest.raises(Refused):
        leaders.go_on_alone(tx, ref, CHLOE)


def test_after_the_goodbye_they_are_out_and_the_channel_thanks_them(tx: Tx) -> None:
    group = led_group(tx, led=5, read_along=2)
    leaders.ask_whether_alone(tx, group, leader_of(tx, group))
    leaders.go_on_alone(tx, question(tx, group.id), CHLOE)
    leaders.say_goodbye(tx, group.id, DAAN)
    sweep(tx)
    assert groups.leader_of(tx, group) is None
    assert (group.facilitation, group.facilitator) == ("rotating", None)
    assert any("5 keer begeleid. Vanaf nu gaat de groep alleen" in text for text in in_channel(tx))
    with pytest.raises(Refused):
        leaders.say_goodbye(tx, group.id, DAAN)
    # Whoever joins after that takes part as anybody else.
    groups.join_group(tx, group.id, PETRA, EVERYBODY)
    assert PETRA in users(groups.participants_of(tx, group))
