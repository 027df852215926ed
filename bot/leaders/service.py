"""Use cases of a leader from outside: the request, what follows a session, and the goodbye."""

from collections.abc import Collection
from datetime import datetime

from bot.agreements import service as agreements
from bot.cases import service as cases
from bot.delivery import outbox
from bot.groups import rules as group_rules
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.groups.rules import Role
from bot.leaders import views
from bot.leaders.views import AloneRef
from bot.polls import service as polls
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.sessions.views import SessionRef
from bot.storage import Tx
from bot.texts import Refused, mention

# The request


def send_request(tx: Tx, group: Group) -> None:
    """Ask somebody in private whether they lead. Nothing happens once that is settled."""
    user, at = group.asked_leader, group.leader_asked_at
    if user is not None and at is not None:
        message = views.request(groups.texts_of(tx, user), group)
        groups.post_dm(tx, user, message, key=_request_key(group, at))


def accept_request(
    tx: Tx, group_id: str, user: str, present: Collection[str], version: int | None = None
) -> Group:
    """Lead from now on. `version`: of the agreements that they have just said yes to."""
    group = groups.require_request(tx, group_id, user)
    if cases.waiting_of(tx, group, user):
        raise Refused(
            lambda t: t(
                "You have a case that waits in this group. Withdraw it first, with /intervisie cases; then you can lead from outside."
            )
        )
    asked_at = group.leader_asked_at
    groups.join_as_leader(tx, group_id, user, present)
    polls.remove_votes(tx, group, user)
    if version is not None:
        agreements.agree(tx, group_id, user, version)
    _settle_request(tx, group, user, asked_at, accepted=True)
    return group


def decline_request(tx: Tx, group_id: str, user: str) -> Group:
    """Say no. Only whoever asked hears of it."""
    group = groups.require_request(tx, group_id, user)
    asked_by, asked_at = group.leader_asked_by, group.leader_asked_at
    groups.forget_request(tx, group)
    _settle_request(tx, group, user, asked_at, accepted=False)
    if asked_by is not None and asked_at is not None:
        message = views.declined_notice(groups.texts_of(tx, asked_by), group, user)
        groups.post_dm(tx, asked_by, message, key=f"leader/{group.id}/no/{int(asked_at.timestamp())}")
    return group


def _settle_request(tx: Tx, group: Group, user: str, asked_at: datetime | None, *, accepted: bool) -> None:
    if asked_at is not None:
        message = views.request_settled(groups.texts_of(tx, user), group, accepted=accepted)
        groups.update_dm(tx, user, _request_key(group, asked_at), message)


def take_part(tx: Tx, group_id: str, user: str) -> Group:
    """The leader from outside becomes a participant, by their own press."""
    group = groups.group_for(tx, group_id, user)
    leader = groups.leader_of(tx, group)
    groups.take_part(tx, group_id, user)
    if leader is not None and leader.user == user:
        close_question(tx, group, leader)
    return group


# After a session


def follow_session(tx: Tx, scene: Scene) -> None:
    """A session was held: the leader from outside has led it, or read along while a member led."""
    session, group = scene.session, scene.group
    leader = groups.leader_of(tx, group)
    if leader is None or session.facilitator is None:
        return
    if session.facilitator == leader.user:
        if leader.facilitated == group.leader_sessions:
            message = views.has_led(scene.t, leader.user, leader.facilitated)
            outbox.post(tx, group.channel, message, key=f"leader/{group.id}/led/{session.id}")
        return
    if _leads_still(group, leader) or not _was_there(scene, leader.user):
        return
    offer = views.offer_line(scene.texts_of(leader.user), SessionRef(session.id), session.facilitator, group)
    groups.post_dm(tx, leader.user, offer, key=_offer_key(session))
    if groups.count_read_along(tx, leader):
        ask_whether_alone(tx, group, leader)


def _leads_still(group: Group, leader: Member) -> bool:
    always = group.facilitation == "fixed" and group.facilitator == leader.user
    return always and group_rules.leads_still(leader.facilitated, group.leader_sessions)


def _was_there(scene: Scene, user: str) -> bool:
    return any(one.user == user for one in scene.everyone)


def open_line(tx: Tx, session_id: str, user: str) -> str:
    """The member to whom a leader may write a line about this session. Raises Refused otherwise."""
    return _line_to(tx, session_id, user)[1]


def write_line(tx: Tx, session_id: str, user: str, text: str) -> None:
    """Send the member who led one line of the leader from outside. It reaches only them, and only once."""
    scene, led = _line_to(tx, session_id, user)
    if not text:
        raise Refused(lambda t: t("Write a few words, or close this window."), "line")
    t = scene.texts_of(led)
    groups.post_dm(
        tx,
        led,
        groups.discreet_in(t, scene.group, views.line(t, user, scene.group, text)),
        key=_line_key(scene.session),
    )
    sent = views.line_sent(scene.texts_of(user), led)
    groups.update_dm(tx, user, _offer_key(scene.session), sent)


def _line_to(tx: Tx, session_id: str, user: str) -> tuple[Scene, str]:
    scene = sessions.scene_for(tx, session_id, user)
    session, led = scene.session, scene.session.facilitator
    may = user in scene.group.leaders and led not in (None, user) and _was_there(scene, user)
    if not may or session.state is not State.ENDED:
        raise Refused(lambda t: t("This button no longer works. Type /intervisie to go on from here."))
    if outbox.is_live(tx, _line_key(session)):
        raise Refused(lambda t: t("Your line has been sent already."))
    led = str(led)
    found = groups.member(tx, scene.group, led)
    if found is None or found.left_at is not None:
        raise Refused(
            lambda t: t("{user} is not in the group any more, so nothing was sent.", user=mention(led))
        )
    return scene, led


# Going on alone


def ask_whether_alone(tx: Tx, group: Group, leader: Member) -> None:
    """Ask the channel whether the group goes on without its leader from outside."""
    leader.alone_asked_at = tx.now
    _post_question(tx, group, leader)


def repost_question(tx: Tx, group: Group) -> None:
    """Post the question again, while it is open and does not stand in the channel."""
    leader = groups.leader_of(tx, group)
    if leader is not None and leader.alone_asked_at is not None:
        _post_question(tx, group, leader)


def _post_question(tx: Tx, group: Group, leader: Member) -> None:
    ref = AloneRef(group.id, leader.user, _asked_at(leader))
    message = views.question(groups.texts_in(group), ref)
    outbox.post(tx, group.channel, message, key=_question_key(group, leader))


def go_on_alone(tx: Tx, ref: AloneRef, user: str) -> None:
    """The group goes on alone: what is left is to say goodbye. Twice is as good as once."""
    group, leader = _require_question(tx, ref, user)
    message = views.goes_on_alone(groups.texts_in(group), group.id, user, leader.user)
    outbox.update(tx, _question_key(group, leader), message)


def go_on_together(tx: Tx, ref: AloneRef, user: str) -> None:
    """The leader reads along some more times; then the group is asked again."""
    group, leader = _require_question(tx, ref, user)
    message = views.goes_on_together(groups.texts_in(group), user, leader.user)
    outbox.update(tx, _question_key(group, leader), message)
    leader.alone_asked_at, leader.read_along = None, 0


def _require_question(tx: Tx, ref: AloneRef, user: str) -> tuple[Group, Member]:
    group = groups.group_by_id(tx, ref.group)
    # Locked: of two people who press at once, the second finds what the first chose.
    groups.lock_group(tx, group)
    leader = groups.leader_of(tx, group)
    if leader is not None and leader.user == user:
        raise Refused(lambda t: t("This one is for the group itself. You hear what it chooses."))
    groups.require_participant(tx, group, user)
    if leader is None or (leader.user, _asked_at(leader)) != (ref.leader, ref.asked_at):
        raise Refused(lambda t: t("This has been settled in the meantime. Thank you all the same."))
    return group, leader


def say_goodbye(tx: Tx, group_id: str, user: str) -> None:
    """Take the leader from outside out of the group, with a friendly word in the channel."""
    group = groups.group_for(tx, group_id, user)
    groups.lock_group(tx, group)
    leader = groups.leader_of(tx, group)
    if leader is None:
        raise Refused(lambda t: t("Nobody leads this group from outside any more."))
    close_question(tx, group, leader)
    groups.leave_group(tx, group.id, leader.user)
    at = int(tx.now.timestamp())
    key = f"leader/{group.id}/goodbye/{leader.user}/{at}"
    message = views.goodbye(groups.texts_in(group), leader.user, leader.facilitated)
    outbox.post(tx, group.channel, message, key=key)
    thanks = views.goodbye_in_private(groups.texts_of(tx, leader.user), group)
    groups.post_dm(tx, leader.user, thanks, key=f"leader/{group.id}/thanks/{leader.user}/{at}")


def close_question(tx: Tx, group: Group, leader: Member) -> None:
    """Take the buttons from the question to the group: there is no leader from outside any more."""
    if leader.alone_asked_at is not None:
        message = views.question_closed(groups.texts_in(group), leader.user)
        outbox.update(tx, _question_key(group, leader), message)
        leader.alone_asked_at = None


def forget_leader(tx: Tx, group: Group, user: str) -> None:
    """Somebody left: whoever led from outside needs no answer any more."""
    found = groups.member(tx, group, user)
    if found is not None and found.left_at is not None and found.role == Role.LEADER:
        close_question(tx, group, found)


def _asked_at(leader: Member) -> int:
    return int(leader.alone_asked_at.timestamp()) if leader.alone_asked_at is not None else 0


def _request_key(group: Group, at: datetime) -> str:
    return f"leader/{group.id}/asked/{int(at.timestamp())}"


def _question_key(group: Group, leader: Member) -> str:
    return f"leader/{group.id}/alone/{_asked_at(leader)}"


def _offer_key(session: Session) -> str:
    return f"leader/{session.group_id}/line/{session.id}"


def _line_key(session: Session) -> str:
    return f"leader/{session.group_id}/line/{session.id}/sent"
