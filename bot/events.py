"""Events: a room publishes them for the rooms above it. Each event is a job with its own transaction.

Processes of other versions read and write the same kinds, subjects and data keys, so these never change. Unknown data
keys are ignored, and a job of an unknown kind waits for a process that knows it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, Self, TypeVar

from bot.jobs import queue
from bot.storage import Tx

# The length of a job's subject; that much of a key still identifies a message.
MAX_SUBJECT = 120


class Event(Protocol):
    """Event: something that has happened. Publishing a subject again before it was handled replaces the event."""

    kind: ClassVar[str]

    @property
    def subject(self) -> str: ...

    @property
    def data(self) -> dict[str, Any]: ...

    @property
    def ordering_key(self) -> str | None: ...

    @classmethod
    def of(cls, job: queue.Job) -> Self: ...


E = TypeVar("E", bound=Event)


def publish(tx: Tx, event: Event, at: datetime | None = None, *, as_before: bool = False) -> None:
    """Publish an event after the commit; with `at`, not before that time.

    With `as_before`, under the kind that older versions know: they go on with the same session.
    """
    when = tx.now if at is None else at
    kind = kind_of_before(type(event)) if as_before else event.kind
    queue.schedule(tx, kind, event.subject, when, event.data, ordering_key=event.ordering_key)


def publish_once_within(tx: Tx, event: Event, within: timedelta) -> None:
    """Publish an event that may wait a little: published again meanwhile, it stays one event at its first moment."""
    queue.ensure(tx, event.kind, event.subject, within, event.data)


def retract(tx: Tx, event: type[Event], subject: str) -> None:
    """Retract an event that is not handled yet; without one nothing happens."""
    queue.cancel(tx, event.kind, subject)


def on(event: type[E], handler: Callable[[Tx, E], None]) -> dict[str, queue.Handler]:
    """Entry of a room's JOBS table: calls `handler` with the event itself."""

    def handle(tx: Tx, job: queue.Job) -> None:
        handler(tx, event.of(job))

    return {event.kind: handle, kind_of_before(event): handle}


def kind_of_before(event: type[Event]) -> str:
    """The kind that an event had before; its present one when that never changed."""
    return str(getattr(event, "kind_of_before", event.kind))


@dataclass(frozen=True, slots=True)
class _Unordered:
    """Event without an ordering key: it may be handled at the same time as any other."""

    @property
    def ordering_key(self) -> str | None:
        return None


@dataclass(frozen=True, slots=True)
class _OfMember(_Unordered):
    group_id: str
    user: str

    @property
    def subject(self) -> str:
        return f"{self.group_id}/{self.user}"

    @property
    def data(self) -> dict[str, Any]:
        return {"group": self.group_id, "user": self.user}

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["group"]), str(job.data["user"]))


@dataclass(frozen=True, slots=True)
class MemberJoined(_OfMember):
    """A person became a member of a group: for the first time, again, or with a profile that came only now."""

    kind: ClassVar[str] = "member.joined"


@dataclass(frozen=True, slots=True)
class NewcomerAnnounced(_OfMember):
    """A person joined a group that has met, for the first time, and the channel was told."""

    kind: ClassVar[str] = "member.announced"


@dataclass(frozen=True, slots=True)
class LeaderAsked(_OfMember):
    """A group asks a person to lead from outside."""

    kind: ClassVar[str] = "leader.asked"


@dataclass(frozen=True, slots=True)
class MemberInvited(_OfMember):
    """A person in a small channel may be invited to its group."""

    kind: ClassVar[str] = "member.invited"


@dataclass(frozen=True, slots=True)
class MemberLeft(_OfMember):
    """A person is no longer a member of a group."""

    kind: ClassVar[str] = "member.left"


@dataclass(frozen=True, slots=True)
class _OfGroup(_Unordered):
    group_id: str

    @property
    def subject(self) -> str:
        return self.group_id

    @property
    def data(self) -> dict[str, Any]:
        return {"group": self.group_id}

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["group"]))


@dataclass(frozen=True, slots=True)
class GroupSetUp(_OfGroup):
    """A group was set up in a channel."""

    kind: ClassVar[str] = "group.set_up"


@dataclass(frozen=True, slots=True)
class GroupPaused(_OfGroup):
    """A group paused, until a member resumes it."""

    kind: ClassVar[str] = "group.rests"


@dataclass(frozen=True, slots=True)
class GroupResumed(_OfGroup):
    """A group resumed after a pause or a standstill, or its channel can be reached again."""

    kind: ClassVar[str] = "group.wakes"


@dataclass(frozen=True, slots=True)
class MessagesWillGo(_OfGroup):
    """A group of before has heard that the bot's own messages go with their words."""

    kind: ClassVar[str] = "group.messages_will_go"


@dataclass(frozen=True, slots=True)
class GroupPurged(_Unordered):
    """A group's retention period is over: texts of cases and sessions that ended before `before` are purged."""

    kind: ClassVar[str] = "group.forget"
    group_id: str
    before: datetime

    @property
    def subject(self) -> str:
        return self.group_id

    @property
    def data(self) -> dict[str, Any]:
        return {"group": self.group_id, "before": self.before.isoformat()}

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["group"]), datetime.fromisoformat(str(job.data["before"])))


@dataclass(frozen=True, slots=True)
class ChannelLost(_Unordered):
    """A group's channel cannot be reached. `reason`: "archived", "not_in_channel", or "deleted", which is final."""

    kind: ClassVar[str] = "channel.gone"
    group_id: str
    reason: str

    @property
    def subject(self) -> str:
        return self.group_id

    @property
    def data(self) -> dict[str, Any]:
        return {"group": self.group_id, "reason": self.reason}

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["group"]), str(job.data["reason"]))


@dataclass(frozen=True, slots=True)
class HomeOutdated(_Unordered):
    """A person's Home tab is outdated."""

    kind: ClassVar[str] = "home.refresh"
    user: str

    @property
    def subject(self) -> str:
        return self.user

    @property
    def data(self) -> dict[str, Any]:
        return {}

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(job.subject)


@dataclass(frozen=True, slots=True)
class MessageLost(_Unordered):
    """A message of the bot was deleted by hand. `told`: people had read its latest text."""

    kind: ClassVar[str] = "message.gone"
    key: str
    told: bool

    @property
    def subject(self) -> str:
        return self.key[:MAX_SUBJECT]

    @property
    def data(self) -> dict[str, Any]:
        return {"key": self.key, "told": self.told}

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["key"]), bool(job.data["told"]))


@dataclass(frozen=True, slots=True)
class _OfCase(_Unordered):
    case_id: str

    @property
    def subject(self) -> str:
        return self.case_id

    @property
    def data(self) -> dict[str, Any]:
        return {"case": self.case_id}

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["case"]))


@dataclass(frozen=True, slots=True)
class CaseChanged(_OfCase):
    """The text of a case that the group can read has changed."""

    kind: ClassVar[str] = "case.changed"


@dataclass(frozen=True, slots=True)
class CaseChosen(_OfCase):
    """A case was chosen, and its presenter agrees."""

    kind: ClassVar[str] = "case.chosen"


@dataclass(frozen=True, slots=True)
class CaseWithdrawn(_OfCase):
    """A case was withdrawn by its presenter."""

    kind: ClassVar[str] = "case.withdrawn"


@dataclass(frozen=True, slots=True)
class _OfMeeting(_Unordered):
    """A change to a meeting, as of `version`. `alone`: it concerns one meeting, not a whole series."""

    meeting_id: str
    group_id: str
    version: int
    alone: bool

    @property
    def subject(self) -> str:
        return self.meeting_id

    @property
    def data(self) -> dict[str, Any]:
        return {
            "meeting": self.meeting_id,
            "group": self.group_id,
            "version": self.version,
            "alone": self.alone,
        }

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        data = job.data
        # Events from before series existed have no such key; each was about one meeting.
        alone = bool(data.get("alone", True))
        return cls(str(data["meeting"]), str(data["group"]), int(data.get("version", 0)), alone)


@dataclass(frozen=True, slots=True)
class MeetingPlanned(_OfMeeting):
    """A meeting was planned, and announced in the channel."""

    kind: ClassVar[str] = "meeting.planned"


@dataclass(frozen=True, slots=True)
class MeetingMoved(_OfMeeting):
    """A meeting got another date, or only another place, and that was announced in the channel."""

    kind: ClassVar[str] = "meeting.moved"


@dataclass(frozen=True, slots=True)
class MeetingCancelled(_OfMeeting):
    """A meeting was cancelled, and that was announced in the channel."""

    kind: ClassVar[str] = "meeting.cancelled"


@dataclass(frozen=True, slots=True)
class NextMeetingSet(_Unordered):
    """A meeting is from now on the next one of its group. `starts_at` in Unix seconds."""

    kind: ClassVar[str] = "followup.before_meeting"
    meeting_id: str
    group_id: str
    starts_at: float

    @property
    def subject(self) -> str:
        return self.meeting_id

    @property
    def data(self) -> dict[str, Any]:
        return {"group": self.group_id, "starts_at": self.starts_at}

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(job.subject, str(job.data["group"]), float(job.data.get("starts_at", 0)))


@dataclass(frozen=True, slots=True)
class _OfPhase:
    session_id: str
    number: int
    round: int

    @property
    def subject(self) -> str:
        return f"session/{self.session_id}/{self.number}/{self.round}"

    @property
    def data(self) -> dict[str, Any]:
        return {"session": self.session_id, "number": self.number, "round": self.round}

    @property
    def ordering_key(self) -> str | None:
        # Events of one session are handled in order.
        return f"session/{self.session_id}"

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["session"]), int(job.data["number"]), int(job.data["round"]))


@dataclass(frozen=True, slots=True)
class PhaseBegan(_OfPhase):
    """A phase of a session has begun."""

    kind: ClassVar[str] = "session.phase.began"
    kind_of_before: ClassVar[str] = "session.phase_began"


@dataclass(frozen=True, slots=True)
class PhaseEnded(_OfPhase):
    """A phase of a session is over."""

    kind: ClassVar[str] = "session.phase.ended"
    kind_of_before: ClassVar[str] = "session.phase_ended"


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """A session, its timer or its leader has changed. `led_before`: who led until now, if that changed."""

    kind: ClassVar[str] = "session.changed"
    session_id: str
    led_before: str = ""

    @property
    def subject(self) -> str:
        return f"session/{self.session_id}/{self.led_before}"

    @property
    def data(self) -> dict[str, Any]:
        return {"session": self.session_id, "led_before": self.led_before}

    @property
    def ordering_key(self) -> str | None:
        return f"session/{self.session_id}"

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["session"]), str(job.data.get("led_before", "")))


@dataclass(frozen=True, slots=True)
class SessionProgressed(_Unordered):
    """People have brought something into a session; the session itself goes on as it was."""

    kind: ClassVar[str] = "session.progressed"
    session_id: str

    @property
    def subject(self) -> str:
        return self.session_id

    @property
    def data(self) -> dict[str, Any]:
        return {"session": self.session_id}

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["session"]))


@dataclass(frozen=True, slots=True)
class SessionOpened(_Unordered):
    """Somebody opened a session."""

    kind: ClassVar[str] = "session.opened"
    session_id: str
    group_id: str

    @property
    def subject(self) -> str:
        return self.session_id

    @property
    def data(self) -> dict[str, Any]:
        return {"session": self.session_id, "group": self.group_id}

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["session"]), str(job.data["group"]))


@dataclass(frozen=True, slots=True)
class SelectionClosed:
    """A selection was closed without a choice."""

    kind: ClassVar[str] = "selection.closed"
    selection_id: str

    @property
    def subject(self) -> str:
        return f"selection/{self.selection_id}"

    @property
    def ordering_key(self) -> str | None:
        return None

    @property
    def data(self) -> dict[str, Any]:
        return {"selection": self.selection_id}

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["selection"]))


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session has ended. `held`: it had a result. `how` as in `Session.ended_how`."""

    kind: ClassVar[str] = "session.over"
    kind_of_before: ClassVar[str] = "session.ended"
    session_id: str
    group_id: str
    number: int
    round: int
    how: str
    held: bool

    @property
    def subject(self) -> str:
        return f"session/{self.session_id}"

    @property
    def data(self) -> dict[str, Any]:
        return {
            "session": self.session_id,
            "group": self.group_id,
            "number": self.number,
            "round": self.round,
            "how": self.how,
            "held": self.held,
        }

    @property
    def ordering_key(self) -> str | None:
        return f"session/{self.session_id}"

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        data = job.data
        # Events of older versions lack `held` and some other keys.
        return cls(
            session_id=str(data["session"]),
            group_id=str(data["group"]),
            number=int(data.get("number", 0)),
            round=int(data.get("round", 1)),
            how=str(data.get("how", "")),
            held=bool(data.get("held")),
        )
