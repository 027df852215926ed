"""The form that opens a session."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cases.rules import CaseKind
from bot.cases.views import subject_line
from bot.groups.rules import Meets
from bot.groups.views import ways_of_meeting
from bot.methods.catalogue import Method
from bot.sessions.views.refs import StartRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, one_line

AUTO_ADVANCE = "by_itself"
WAIT = "wait"
# In the place of a case: the group chooses one together, once it is there.
TOGETHER = "together"


# https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
MAX_OPTIONS = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """A case in the list. The group may see its title and question."""

    id: str
    title: str
    question: str
    # A value of CaseKind.
    kind: str = CaseKind.QUESTION


@dataclass(frozen=True, slots=True)
class StartForm:
    group: str
    cases: Sequence[Choice]
    chosen: str | None
    methods: Sequence[Method]
    # For each method the minutes of the phases that this session would have.
    minutes: Sequence[int]
    # The group's usual method.
    method: str
    facilitator: str | None
    auto_advance: bool
    # How the group meets; None when nobody has said yet.
    meets: Meets | None
    # Until when they have, as "HH:MM" in the group's zone.
    until: str
    zone: str


def start_form(t: Texts, form: StartForm) -> Block:
    """The form: case, method, facilitator, and whether phases advance automatically."""
    pace = [
        blocks.option(t("Wait for the facilitator"), WAIT),
        blocks.option(t("Go on by themselves when the time is up"), AUTO_ADVANCE),
    ]
    return blocks.modal(
        t("Begin a session"),
        [
            blocks.field(
                "case",
                t("Which case?"),
                blocks.select_element(_cases(t, form), initial=form.chosen, placeholder=t("Choose a case")),
                hint=t(
                    "The presenter says yes in private first, unless that is you or the group's vote "
                    "has settled it."
                ),
            ),
            blocks.field(
                "method",
                t("Method"),
                blocks.select_element(_methods(t, form), initial=_usual_method(form)),
                hint=form.methods[0].about(t.language) if len(form.methods) == 1 else None,
            ),
            blocks.field(
                "facilitator",
                t("Who facilitates?"),
                blocks.user_element(initial=form.facilitator, placeholder=t("Choose someone from the group")),
                hint=t("Someone else can always take over."),
            ),
            blocks.field(
                "until",
                t("Until when do you have?"),
                blocks.time_element(initial=form.until, zone=form.zone),
                optional=True,
                hint=t("When time runs short, whoever leads hears how it still fits."),
            ),
            blocks.field(
                "meets",
                t("How do you meet this time?"),
                blocks.radio_element(ways_of_meeting(t), initial=form.meets),
                hint=t("In a room or by video only the facilitator needs Slack, until the end."),
            ),
            blocks.field(
                "pace",
                t("Phases"),
                blocks.radio_element(pace, initial=AUTO_ADVANCE if form.auto_advance else WAIT),
            ),
        ],
        close=t("Cancel"),
        submit=t("Open"),
        callback_id=ids.SESSIONS_START_FORM,
        meta=StartRef(form.group),
    )


def _cases(t: Texts, form: StartForm) -> list[Block]:
    """The waiting cases, and below them the choice to choose one together."""
    listed = [
        blocks.option(
            one_line(case.title, 70), case.id, one_line(subject_line(t, case.kind, case.question), 70)
        )
        for case in form.cases[: MAX_OPTIONS - 1]
    ]
    together = blocks.option(t("We choose together, now"), TOGETHER, t("From what whoever is there brings"))
    return [*listed, together]


def _methods(t: Texts, form: StartForm) -> list[Block]:
    """The methods, each with the minutes that it takes this group now."""
    return [
        blocks.option(
            t(
                "{method}, {duration}",
                method=method.name(t.language),
                duration=t.n("{n} minute", "{n} minutes", minutes),
            ),
            method.key,
        )
        for method, minutes in zip(form.methods, form.minutes, strict=True)
    ]


def _usual_method(form: StartForm) -> str:
    known = [method.key for method in form.methods]
    return form.method if form.method in known else known[0]
