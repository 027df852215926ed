"""Forms: setting up a group, and its settings, one form for each theme."""

from bot.groups import rules
from bot.groups.records import Group
from bot.groups.views import words
from bot.groups.views.refs import ChannelRef, KeepingRef, SettingsRef
from bot.methods import catalogue
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts

THEMES = ("basics", "leading", "hours", "keeping")
YES, NO = "yes", "no"
NEVER = "never"
OUTSIDE = "outside"
MAX_NAME_LENGTH = 80


def set_up_form(t: Texts, where: str, language: str) -> Block:
    """The set-up form: only questions without a default that suits most groups."""
    begin = [
        blocks.option(t("Begin at once"), "begin"),
        blocks.option(t("Try it once first"), "try", t("After one session you decide whether you go on")),
    ]
    return blocks.modal(
        t("Set up the group"),
        [
            _name(t, None),
            _language(t, language),
            _meets(t, None),
            _hierarchy(t, None),
            blocks.field("begin", t("How do you begin?"), blocks.radio_element(begin, initial="begin")),
        ],
        submit=t("Start"),
        close=t("Cancel"),
        callback_id=ids.GROUP_SET_UP_FORM,
        meta=ChannelRef(where),
    )


def settings_form(t: Texts, group: Group, theme: str, *, changed: bool = False) -> Block:
    """The settings of one theme. `changed`: by somebody else, while the form was open."""
    made = {"basics": _basics, "leading": _leading, "hours": _hours, "keeping": _keeping}[theme]
    now = words.settings(t, group)[theme]
    notice = t(
        "Somebody else has just changed these settings. Now it is: _{now}_ Does your choice still fit? Then save again.",
        now=now,
    )
    return blocks.modal(
        theme_name(t, theme),
        [*([blocks.section(notice)] if changed else []), *made(t, group)],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.GROUP_SETTINGS_FORM,
        meta=SettingsRef(group.id, theme, stamp(group, theme)),
    )


def stamp(group: Group, theme: str) -> int:
    """A checksum of a theme's settings: it tells whether somebody changed them while a form was open."""
    values = {
        "basics": (
            group.name,
            group.language,
            group.meets,
            group.method,
            group.minimum,
            group.maximum,
            group.hierarchy,
        ),
        "leading": (
            group.method,
            group.facilitation,
            group.facilitator,
            group.auto_advance,
            group.reads_thread,
            group.discreet,
            # Only where it was ever set: a form that was open during the upgrade still fits.
            *_outside(group),
        ),
        "hours": (group.zone, group.days, group.from_hour, group.to_hour),
        "keeping": (group.retention_days, *_changes_in_keeping(group)),
    }
    return rules.stamp(values[theme])


def _changes_in_keeping(group: Group) -> tuple[object, ...]:
    """Only where something was chosen: a form that was open during the upgrade still fits."""
    night = ("night",) if group.thread_empties else ()
    if not group.messages_stay and group.retention_changes_at is None:
        return night
    return (group.messages_stay, group.next_retention_days, *night)


def _outside(group: Group) -> tuple[object, ...]:
    changed = group.leader_sessions != rules.LEADER_SESSIONS or group.asked_leader or group.leaders
    return (group.leader_sessions, group.asked_leader) if changed else ()


def theme_name(t: Texts, theme: str) -> str:
    return {
        "basics": t("Name, language, size"),
        "leading": t("Leading and method"),
        "hours": t("Hours"),
        "keeping": t("Keeping texts"),
    }[theme]


def confirm_shorter_retention(t: Texts, group: Group, days: int) -> Block:
    """Asks once more before the retention becomes shorter: deleting is final."""
    text = t(
        "In a week from now texts are kept for: {new}. So far it was: {old}. What is older goes then, and cannot be brought "
        "back. Titles, questions and everything else of cases that were treated or withdrawn, drafts in which nobody wrote since, "
        "and what was written in sessions.",
        new=words.keeping(t, days),
        old=words.keeping(t, group.retention_days),
    )
    return blocks.modal(
        t("Keep texts shorter?"),
        [blocks.section(text)],
        submit=t("Yes, keep shorter"),
        close=t("Leave it as it is"),
        callback_id=ids.GROUP_KEEPING_FORM,
        meta=KeepingRef(group.id, days),
    )


def _basics(t: Texts, group: Group) -> list[Block]:
    least = [blocks.option(str(number), str(number)) for number in range(2, 9)]
    most = [blocks.option(str(number), str(number)) for number in range(4, 13)]
    return [
        _name(t, group.name),
        _language(t, group.language),
        _meets(t, group.way_of_meeting),
        blocks.field(
            "minimum",
            t("With how many at least?"),
            blocks.select_element(least, initial=str(group.minimum)),
            hint=t("With fewer I'll ask the facilitator a day before: go on, move, or shorten."),
        ),
        blocks.field(
            "maximum",
            t("With how many at most?"),
            blocks.select_element(most, initial=str(group.maximum)),
            hint=t("With more members I say so. I don't refuse anybody."),
        ),
        _hierarchy(t, group.hierarchy),
    ]


def _leading(t: Texts, group: Group) -> list[Block]:
    ways = [
        blocks.option(t("Whoever starts the session"), "claim"),
        blocks.option(t("Everyone in turn"), "rotating"),
        blocks.option(t("Always the same person"), "fixed"),
        blocks.option(
            t("A leader from outside, who brings in nothing"),
            OUTSIDE,
            t("A colleague, a guest, or somebody of another organisation"),
        ),
    ]
    is_outside = group.asked_leader is not None or (
        group.facilitation == "fixed" and group.facilitator in group.leaders
    )
    numbers = [blocks.option(str(number), str(number)) for number in rules.LEADER_SESSION_CHOICES]
    choices = [
        blocks.option(
            t("Phases follow each other by themselves"), "goes_on", t("Otherwise I wait for the facilitator")
        ),
        blocks.option(t("See who has spoken in the thread"), "reads", t("Only who and when, never what")),
        blocks.option(
            t("Discreet notifications"),
            "discreet",
            t("A lock screen shows nothing of cases, insights and steps"),
        ),
    ]
    ticks = {"goes_on": group.auto_advance, "reads": group.reads_thread, "discreet": group.discreet}
    ticked = [name for name, on in ticks.items() if on]
    methods = [blocks.option(method.name(t.language), method.key) for method in catalogue.methods()]
    return [
        blocks.field(
            "method",
            t("Usual method"),
            blocks.select_element(methods, initial=group.method),
            hint=t("Chosen at first; for each session you can take another."),
        ),
        blocks.field(
            "facilitation",
            t("Who leads the session"),
            blocks.radio_element(ways, initial=OUTSIDE if is_outside else group.facilitation),
            hint=t("Somebody else can always take over."),
        ),
        blocks.field(
            "facilitator",
            t("If it is always the same person: who"),
            blocks.user_element(initial=group.asked_leader or group.facilitator),
            hint=t("A leader from outside I ask first. They must be in the channel."),
            optional=True,
        ),
        blocks.field(
            "leader_sessions",
            t("How often does a leader from outside lead?"),
            blocks.select_element(numbers, initial=str(group.leader_sessions)),
            hint=t(
                "After that they read along twice while one of you leads. Then I ask whether you go on alone."
            ),
        ),
        blocks.field(
            "choices",
            t("During a session"),
            blocks.checkboxes_element(choices, initial=ticked),
            optional=True,
        ),
    ]


def _hours(t: Texts, group: Group) -> list[Block]:
    hours = [blocks.option(f"{hour}:00", str(hour)) for hour in rules.HOUR_CHOICES]
    days = [blocks.option(words.days_in_words(t, str(day)), str(day)) for day in range(1, 8)]
    return [
        blocks.field(
            "zone",
            t("Time zone"),
            blocks.text_element(initial=group.zone, at_most=60),
            hint=t("As in Europe/Amsterdam. The channel reads times in this zone."),
        ),
        blocks.field(
            "days",
            t("Working days"),
            blocks.checkboxes_element(days, initial=list(group.days)),
            hint=t("On other days I'll write nothing in the channel of my own accord."),
        ),
        blocks.field(
            "from_hour",
            t("I may write from"),
            blocks.select_element(hours, initial=str(group.from_hour)),
            hint=t("What somebody asks me I answer at any hour, and a session goes on."),
        ),
        blocks.field("to_hour", t("Until"), blocks.select_element(hours, initial=str(group.to_hour))),
    ]


def _keeping(t: Texts, group: Group) -> list[Block]:
    times = [
        blocks.option(words.keeping(t, days), NEVER if days is None else str(days))
        for days in dict.fromkeys((*rules.RETENTION_CHOICES, group.retention_days))
    ]
    chosen = NEVER if group.retention_days is None else str(group.retention_days)
    return [
        blocks.field(
            "keep",
            t("How long do I keep texts?"),
            blocks.radio_element(times, initial=chosen),
            hint=t(
                "Of cases that were treated or withdrawn, of drafts in which nobody wrote since, and of sessions. What waits is "
                "kept, and so is a reflection, which is its writer's own. What you type in Slack is not mine to delete."
            ),
        ),
        blocks.field(
            "messages",
            t("My own messages with your words"),
            blocks.radio_element(
                [
                    blocks.option(t("Go from Slack after the same time"), "go"),
                    blocks.option(
                        t("Go from a session's thread the night after it"),
                        "night",
                        t("Others after the same time. From the next session on."),
                    ),
                    blocks.option(t("Stay in Slack"), "stay"),
                ],
                initial="stay" if group.messages_stay else "night" if group.thread_empties else "go",
            ),
            hint=t(
                "The night after a session its case, questions, advice, what was shared and the summary go from the thread. What you "
                "typed there yourselves stays, and so does what each of you got in private."
            ),
        ),
    ]


def _name(t: Texts, name: str | None) -> Block:
    return blocks.field(
        "name",
        t("Name of the group"),
        blocks.text_element(initial=name, at_most=MAX_NAME_LENGTH),
        hint=t("Left empty, it goes by the name of the channel."),
        optional=True,
    )


def _language(t: Texts, language: str) -> Block:
    languages = [blocks.option(name, code) for code, name in words.LANGUAGE_NAMES.items()]
    return blocks.field(
        "language",
        t("Language in the channel"),
        blocks.select_element(languages, initial=language),
        hint=t("In private everyone reads their own language."),
    )


def _meets(t: Texts, where: str | None) -> Block:
    return blocks.field(
        "meets",
        t("How do you meet?"),
        blocks.radio_element(words.ways_of_meeting(t), initial=where),
        hint=t("So that I know what to say in an invitation and in a session."),
    )


def _hierarchy(t: Texts, hierarchy: bool | None) -> Block:
    answers = [blocks.option(t("No"), NO), blocks.option(t("Yes"), YES)]
    return blocks.field(
        "hierarchy",
        t("Does somebody here decide about another's work?"),
        blocks.radio_element(answers, initial={None: None, True: YES, False: NO}[hierarchy]),
        hint=t("It matters: whoever is judged by somebody in the group shows less of what is hard."),
        optional=True,
    )
