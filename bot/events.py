"""Events: what one room tells the rooms above it. Each is a row of due work, handled in a transaction of its own.

Kinds, subjects and keys are how processes of other versions write and read them too: they stay as they are. Keys that we
do not know are left alone, and a kind that we do not know waits for a process that does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self, TypeVar

from bot.jobs import queue
from bot.storage import Tx, Workspace

# As much of a message's key as tells one message from another.
MAX_SUBJECT = 120


class Event(Protocol):
    """Something that has happened. Published again before it was handled, the same subject is told once, as it is now."""

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


def publish(tx: Tx, workspace: Workspace, event: Event, at: datetime | None = None) -> None:
    """Tells the rooms above, once this has committed; with `at` not before that moment."""
    when = tx.now if at is None else at
    queue.schedule(
        tx, workspace, event.kind, event.subject, when, event.data, ordering_key=event.ordering_key
    )


def retract(tx: Tx, workspace: Workspace, event: type[Event], subject: str) -> None:
    """Takes back an event that nobody has handled yet; nothing happens if there is none."""
    queue.cancel(tx, workspace, event.kind, subject)


def on(event: type[E], handler: Callable[[Tx, Workspace, E], None]) -> dict[str, queue.Handler]:
    """An entry of a room's table: what it does at an event. The handler gets the event itself."""

    def handle(tx: Tx, job: queue.Job) -> None:
        handler(tx, job.workspace, event.of(job))

    return {event.kind: handle}


@dataclass(frozen=True, slots=True)
class _Unordered:
    """An event that may be handled beside any other."""

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
    """Somebody is a member of a group, perhaps again."""

    kind: ClassVar[str] = "member.joined"


@dataclass(frozen=True, slots=True)
class MemberLeft(_OfMember):
    """Somebody is no longer a member of a group."""

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
class GroupPaused(_OfGroup):
    """A group rests, until it says that it goes on."""

    kind: ClassVar[str] = "group.rests"


@dataclass(frozen=True, slots=True)
class GroupResumed(_OfGroup):
    """A group goes on after a rest, or its channel can be reached again."""

    kind: ClassVar[str] = "group.wakes"


@dataclass(frozen=True, slots=True)
class GroupPurged(_Unordered):
    """A group keeps its texts no longer: those of what ended before a moment are to go."""

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
    """A group's channel cannot be reached. `reason`: "archived", "not_in_channel", or "deleted", which is for good."""

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
    """What somebody's Home tab shows has changed."""

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
    """Somebody deleted a message of ours by hand. `told`: people had read all that it was to say."""

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
    """The words of a case that the group can read have changed."""

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
    """A change to a meeting, in this `version` of it. `alone`: one meeting was meant, and not a whole series."""

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
        # Before there were series, each meeting was told alone.
        alone = bool(data.get("alone", True))
        return cls(str(data["meeting"]), str(data["group"]), int(data.get("version", 0)), alone)


@dataclass(frozen=True, slots=True)
class MeetingPlanned(_OfMeeting):
    """A meeting has a date. The channel has read it."""

    kind: ClassVar[str] = "meeting.planned"


@dataclass(frozen=True, slots=True)
class MeetingMoved(_OfMeeting):
    """A meeting has another date, or only another place. The channel has read it."""

    kind: ClassVar[str] = "meeting.moved"


@dataclass(frozen=True, slots=True)
class MeetingCancelled(_OfMeeting):
    """A meeting will not be. The channel has read it."""

    kind: ClassVar[str] = "meeting.cancelled"


@dataclass(frozen=True, slots=True)
class NextMeetingSet(_Unordered):
    """A meeting is the next one of its group, from the moment on that this is handled. `starts_at` in Unix seconds."""

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
        # What happens in one session is handled in order.
        return f"session/{self.session_id}"

    @classmethod
    def of(cls, job: queue.Job) -> Self:
        return cls(str(job.data["session"]), int(job.data["number"]), int(job.data["round"]))


@dataclass(frozen=True, slots=True)
class PhaseBegan(_OfPhase):
    """A phase of a session has begun."""

    kind: ClassVar[str] = "session.phase_began"


@dataclass(frozen=True, slots=True)
class PhaseEnded(_OfPhase):
    """A phase of a session is over."""

    kind: ClassVar[str] = "session.phase_ended"


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session is over. `held`: something came of it. `how` as in `Session.ended_how`."""

    kind: ClassVar[str] = "session.ended"
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
        # An older version did not say whether anything came of it.
        return cls(
            session_id=str(data["session"]),
            group_id=str(data["group"]),
            number=int(data.get("number", 0)),
            round=int(data.get("round", 1)),
            how=str(data.get("how", "")),
            held=bool(data.get("held")),
        )
