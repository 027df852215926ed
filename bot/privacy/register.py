"""Register of what is stored: for each table its term, and for each column its class. docs/privacy.md says it in words.

A new table or column stands here, or tests/privacy/test_register.py fails. A text column that a form or a message fills is
content, and content is encrypted. A text that is neither has its reason in WHY_PLAIN.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Term(StrEnum):
    """How long the rows of a table stay, or their content where the row itself says nothing of anybody."""

    GROUP = "the group's own term, counted from the end of the session or the case"
    LIVES_WITH_GROUP = "as long as the group"
    LIVES_WITH_SESSION = "as long as its session, which holds no words"
    LIVES_WITH_POLL = "until the poll closes"
    LIVES_WITH_CHOICE = "until a case is chosen, or the choosing ends"
    OWN = "until its writer deletes it, whatever the group's term"
    MEMBERSHIP = "two years after somebody left"
    PERSON = "until two years after they left their last group; of whoever was in none, until the next night"
    ATTENDANCE = "five years, or the years that this person chose, or until they ask to be forgotten"
    DIGEST = "sixty days"
    NUDGE = "until it was sent, a year at most"
    DELIVERY = (
        "the words until they are sent; the rest 120 days, and with people's words as long as the message"
    )
    QUEUE = "until it is done"
    EVENTS = "two days"
    FORGOTTEN = "as long as a backup from before may come back: two years"
    SUSPENSION = "until the app is installed again; after an uninstall thirty days at most"
    INSTALLATION = "as long as the installation"


class OnForget(StrEnum):
    """What happens to a row when the person whom a column names is forgotten."""

    # At once, in the transaction of the request.
    DELETE = "deleted at once"
    # After the rooms have heard that the person left: their handlers still look these rows up.
    DELETE_AFTERWARDS = "deleted as soon as their groups know"
    # The row is of use to others: it stays, and names nobody.
    UNNAME = "stays without the name"
    # `forgetting` says in code what happens.
    BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class Kept:
    """What one table keeps: its term, and the class of each of its columns. Names stand with spaces between.

    `content`: words that people wrote, or what would tell them; encrypted. `person`: who somebody is, or what they did.
    `technical`: tells nothing of anybody. `names`: the columns that hold somebody's Slack id. `own`: the one by which a row is
    shown to that person as theirs; "" where the row says something that belongs to others.
    """

    term: Term
    content: str = ""
    person: str = ""
    technical: str = ""
    names: Mapping[str, OnForget] = field(default_factory=dict)
    own: str | None = None

    @property
    def shown_by(self) -> str:
        """The column by which a row is shown to a person; empty when it is shown to nobody."""
        return next(iter(self.names), "") if self.own is None else self.own

    @property
    def columns(self) -> list[str]:
        return [*self.content.split(), *self.person.split(), *self.names, *self.technical.split()]


# Stand in nearly every table.
OF_WORKSPACE = ("team_id", "enterprise_id")

_AT_ONCE = {"user": OnForget.DELETE}
_AFTERWARDS = {"user": OnForget.DELETE_AFTERWARDS}
_OF_SESSION = "id session_id number round"

REGISTER: Mapping[str, Kept] = {
    # What people bring, and what comes of it.
    "cases": Kept(
        Term.GROUP,
        content="title situation own_part question tried hope theme typed",
        person="help urgency kind",
        technical="id group_id state created_at written_at handed_in_at treated_at withdrawn_at stay_asked_at stays_since "
        "forgotten_at",
        names={"presenter": OnForget.UNNAME},
    ),
    "keepsakes": Kept(
        Term.GROUP,
        content="takeaway step shared_takeaway shared_step look_back",
        person="what is_presenter shared by state asked kept_at look_back_skipped looked_back",
        technical="id group_id session_id place",
        names=_AT_ONCE,
    ),
    "reflections": Kept(
        Term.OWN,
        content="brought_in seen doing needed",
        person="is_presenter held_at state written_at",
        technical="id group_id session_id version",
        names=_AT_ONCE,
    ),
    "questions": Kept(
        Term.GROUP,
        content="text",
        person="written_at",
        technical=f"{_OF_SESSION} item place shown_after form rating discussed",
        names=_AT_ONCE,
    ),
    "notes": Kept(Term.GROUP, content="text", technical="id session_id", names=_AT_ONCE),
    "evaluations": Kept(Term.GROUP, content="marks line", technical="id session_id", names=_AT_ONCE),
    "rewordings": Kept(Term.GROUP, content="text", person="help returns", technical="session_id"),
    "safety_notes": Kept(Term.GROUP, technical="id session_id told"),
    "shown_averages": Kept(Term.LIVES_WITH_SESSION, technical="session_id figures"),
    "parked_lines": Kept(
        Term.GROUP, content="text", person="parked_at", technical="id session_id form", names=_AT_ONCE
    ),
    "next_time_lines": Kept(
        Term.GROUP, content="text", person="written_at", technical="id group_id session_id", names=_AT_ONCE
    ),
    "read_alongs": Kept(
        Term.GROUP,
        content="question",
        person="allowed asked_at",
        technical="id group_id case_id",
        names={"facilitator": OnForget.DELETE},
    ),
    "fits": Kept(
        Term.GROUP,
        content="reason line",
        person="answer shared unnamed passed_on asked_at",
        technical="id group_id meeting_id",
        names=_AT_ONCE,
    ),
    "selections": Kept(
        Term.LIVES_WITH_GROUP,
        technical="id group_id method meets auto_advance ends_by state version ends_at remaining "
        "extensions asked_case outcome session_id opened_at ended_at",
        names={"facilitator": OnForget.UNNAME, "started_by": OnForget.UNNAME},
        own="",
    ),
    "selection_participants": Kept(
        Term.LIVES_WITH_CHOICE, person="since left_at", technical="id selection_id", names=_AFTERWARDS
    ),
    "selection_cases": Kept(Term.LIVES_WITH_CHOICE, technical="id selection_id case_id is_line rank fate"),
    "selection_marks": Kept(
        Term.LIVES_WITH_CHOICE, person="kind", technical="id selection_id case_id", names=_AT_ONCE
    ),
    "selection_pages": Kept(
        Term.LIVES_WITH_SESSION, content="token", technical="selection_id token_hash made_at"
    ),
    "ballots": Kept(Term.LIVES_WITH_POLL, person="points", technical="poll_id", names=_AT_ONCE),
    # Sessions: who was there, and who spoke when. What was said is not stored.
    "sessions": Kept(
        Term.LIVES_WITH_GROUP,
        technical="id group_id case_id method snapshot meets goes_on_by_itself state number first activity round version "
        "ends_at remaining set_at opened_at began_at ended_at extensions phase_extensions ends_by offers_time cut_at ended_how",
        names={
            "presenter": OnForget.UNNAME,
            "facilitator": OnForget.UNNAME,
            "started_by": OnForget.UNNAME,
        },
    ),
    "session_participants": Kept(
        Term.GROUP, person="since left_at", technical="id session_id", names=_AFTERWARDS
    ),
    "session_attendances": Kept(
        Term.ATTENDANCE,
        person="began_at ended_at role keep_years",
        technical="id session_id meets method",
        names=_AFTERWARDS,
    ),
    "session_absences": Kept(
        Term.LIVES_WITH_SESSION, technical="session_id version number round since until meant left"
    ),
    "contributions": Kept(Term.GROUP, person="what ts", technical=f"{_OF_SESSION} form", names=_AFTERWARDS),
    "advice_rounds": Kept(Term.GROUP, person="turns", technical="id session_id number round had"),
    "reminded": Kept(Term.GROUP, person="what", technical=_OF_SESSION, names=_AFTERWARDS),
    "phase_times": Kept(Term.LIVES_WITH_SESSION, technical="id session_id number round began_at ended_at"),
    "table_pages": Kept(Term.LIVES_WITH_SESSION, content="token", technical="session_id token_hash made_at"),
    # Groups, their members and their dates.
    "groups": Kept(
        Term.LIVES_WITH_GROUP,
        content="contact",
        technical="id channel name language zone facilitation leader_sessions leader_asked_at goes_on_by_itself "
        "reads_thread meets meets_chosen method minimum maximum from_hour to_hour days reminders discreet keep_days "
        "next_keep_days keep_days_change_at words_since messages_stay thread_empties hierarchy trial rests_since stalled_since asks_for_a_date meetings_count_since gathering first_text "
        "suggestion_open gathered_at size_told size_told_at created_at unreachable merges_into merged_at told_at",
        names={
            "facilitator": OnForget.UNNAME,
            "asked_leader": OnForget.UNNAME,
            "leader_asked_by": OnForget.UNNAME,
            "set_up_by": OnForget.UNNAME,
        },
        own="",
    ),
    "members": Kept(
        Term.MEMBERSHIP,
        person="since left_at outside told_guest facilitated announced_at led_at leads role read_along "
        "alone_asked_at told_at",
        technical="id group_id",
        names=_AFTERWARDS,
    ),
    "agreements": Kept(
        Term.LIVES_WITH_GROUP,
        content="text",
        technical="group_id version changed_at",
        names={"changed_by": OnForget.UNNAME},
    ),
    "agreed": Kept(Term.MEMBERSHIP, person="version at", technical="id group_id", names=_AFTERWARDS),
    "trial_answers": Kept(
        Term.MEMBERSHIP, person="answer asked_at", technical="id group_id", names=_AFTERWARDS
    ),
    "talk_first": Kept(
        Term.MEMBERSHIP,
        person="at",
        technical="id group_id",
        names={"newcomer": OnForget.DELETE_AFTERWARDS, "user": OnForget.DELETE_AFTERWARDS},
        own="user",
    ),
    "standstills": Kept(
        Term.LIVES_WITH_GROUP,
        technical="id group_id cause began_at answer answered_at",
        names={"answered_by": OnForget.UNNAME},
    ),
    "meetings": Kept(
        Term.LIVES_WITH_GROUP,
        content="place",
        technical="id group_id state day hour zone starts_at minutes version series_id slot sequence changed_at form moved_from "
        "told session_id invitation decided outcome",
        names={"planned_by": OnForget.UNNAME, "facilitator": OnForget.UNNAME},
    ),
    "meeting_series": Kept(
        Term.LIVES_WITH_GROUP,
        content="place",
        technical="id group_id state rule first hour zone minutes skipped country created_at version form",
        names={"planned_by": OnForget.UNNAME},
    ),
    "attendances": Kept(
        Term.MEMBERSHIP,
        content="reason",
        person="answer answered_for came would_lead would_not_lead brings_nothing",
        technical="id meeting_id group_id",
        names={"user": OnForget.DELETE_AFTERWARDS, "reason_for": OnForget.UNNAME},
    ),
    "date_searches": Kept(
        Term.LIVES_WITH_GROUP,
        content="place",
        technical="id group_id state zone minutes until closes_at created_at meeting_id form",
        names={"asked_by": OnForget.UNNAME},
    ),
    "date_slots": Kept(Term.LIVES_WITH_GROUP, technical="id search_id number day hour starts_at"),
    "date_marks": Kept(
        Term.LIVES_WITH_GROUP, person="answer", technical="id search_id slot_id", names=_AFTERWARDS
    ),
    "polls": Kept(
        Term.LIVES_WITH_GROUP,
        technical="id group_id state opened_at closes_at asked_case voters",
        names={"opened_by": OnForget.UNNAME},
    ),
    "candidates": Kept(Term.LIVES_WITH_GROUP, technical="id poll_id case_id rank points fate"),
    "calendar_feeds": Kept(
        Term.PERSON,
        content="token",
        technical="id kind token_hash made_at",
        # Of a person: the Slack id; of a group: its id.
        names={"subject": OnForget.DELETE},
    ),
    # Each person's own.
    "people": Kept(
        Term.PERSON,
        person="language locale language_hint zone zone_known chose_language name is_bot guest opened_home nudges "
        "session_nudges from_hour to_hour days attendance_years",
        technical="id",
        names=_AFTERWARDS,
    ),
    "quiet": Kept(
        Term.PERSON,
        person="away away_until asked_at told_at quiet_until",
        technical="id",
        names=_AFTERWARDS,
    ),
    "silences": Kept(Term.PERSON, person="topic", technical="id", names=_AFTERWARDS),
    "nudges": Kept(
        Term.NUDGE, person="kind subject data at until number", technical="id group_id", names=_AT_ONCE
    ),
    "letters": Kept(
        Term.DIGEST, content="parts note", person="sent_at", technical="id written_as", names=_AT_ONCE
    ),
    # The machinery.
    "outbox": Kept(
        Term.DELIVERY,
        content="payload",
        technical="id kind asks lane key target_key thread_key channel state at_worst created_at not_before expires_at tries "
        "token owner lease_until started_at ts discreet holds_words background returned problem",
        names={"user": OnForget.BY_HAND},
        own="",
    ),
    "due": Kept(Term.QUEUE, technical="id kind subject lane at planned_at tries data"),
    "pace": Kept(Term.DELIVERY, technical="name level filled_at closed_until"),
    "token_pauses": Kept(Term.QUEUE, technical="method code since until refusals"),
    "suspensions": Kept(Term.SUSPENSION, technical="since delete_at"),
    "seen_events": Kept(Term.EVENTS, technical="id event_id handler seen_at"),
    "forgotten": Kept(Term.FORGOTTEN, content="secret", technical="id kind digest at"),
    "installations": Kept(Term.INSTALLATION),
    "heartbeat": Kept(Term.INSTALLATION, technical="id at away_since away_until first_event_at"),
    "socket_counts": Kept(Term.INSTALLATION, technical="process_id connections crowded_count at"),
    "encryption": Kept(Term.INSTALLATION, technical="id state read_since"),
    "canaries": Kept(Term.INSTALLATION, technical="id text"),
    "probes": Kept(Term.QUEUE, technical="id text"),
}

_ID = "an id, of Slack's or our own"
_CHOICE = "one of a fixed list"
_TIME = "a day, an hour or a time zone"
_KEY = "a key that the bot makes, of ids and numbers"
_SLACK = "what Slack says of the workspace, not a person's words"

# Why a text column is not encrypted: by its name, or by its table and name where the name says too little.
WHY_PLAIN: Mapping[str, str] = {
    **dict.fromkeys(
        [
            "id",
            "team_id",
            "enterprise_id",
            "group_id",
            "session_id",
            "case_id",
            "meeting_id",
            "series_id",
            "poll_id",
            "search_id",
            "selection_id",
            "slot_id",
            "channel",
            "event_id",
            "user",
            "presenter",
            "facilitator",
            "started_by",
            "asked_by",
            "planned_by",
            "opened_by",
            "answered_by",
            "changed_by",
            "set_up_by",
            "asked_leader",
            "leader_asked_by",
            "reason_for",
            "newcomer",
            "asked_case",
            "merges_into",
            "form",
            "ts",
        ],
        _ID,
    ),
    **dict.fromkeys(
        [
            "answer",
            "outcome",
            "decided",
            "cause",
            "role",
            "meets",
            "method",
            "facilitation",
            "trial",
            "language",
            "reminders",
            "topic",
            "fate",
            "urgency",
            "outside",
            "ended_how",
            "unreachable",
            "size_told",
            "guest",
            "at_worst",
            "asks",
            "item",
            "what",
            "help",
        ],
        _CHOICE,
    ),
    **dict.fromkeys(
        [
            "day",
            "days",
            "hour",
            "zone",
            "until",
            "first",
            "slot",
            "skipped",
            "by",
            "country",
            "away_until",
            "rule",
        ],
        _TIME,
    ),
    **dict.fromkeys(
        ["key", "target_key", "thread_key", "lane", "invitation", "asks_for_a_date", "language_hint"], _KEY
    ),
    **dict.fromkeys(("handler", "code", "problem", "locale"), "a code of Slack's or of the bot's own"),
    "kind": _CHOICE,
    "token_hash": "a hash of a random address",
    "digest": "a hash of an id",
    "subject": "an id, or ids with a stroke between",
    "groups.name": "the name of the group, as its card in the channel shows it to everybody there; a person's words about "
    "themselves or others have no place in it",
    "people.name": "the display name that Slack shows to the whole workspace; the database joins it for lists of names, and "
    "it is emptied when somebody is in no group",
    "ballots.points": "numbers by the ids of cases",
    "advice_rounds.turns": "Slack ids, in the order of the turns",
    "sessions.snapshot": "the words of a method from this repository",
    "shown_averages.figures": "averages of four people and more, which the channel has read",
    "meetings.told": "keys of messages, and times",
    "due.data": "ids and numbers: a handler reads words from their own tables",
    "nudges.data": "ids and numbers: a composer reads words from their own tables",
    "outbox.discreet": "the same neutral sentence for everybody",
    "canaries.text": "encrypted by hand, and means nothing",
    "probes.text": "never stays: written and deleted in one transaction",
    "pace.name": "a method of Slack's, or that and a channel",
}
