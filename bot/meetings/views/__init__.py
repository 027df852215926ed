"""Views of meetings: forms, overviews and messages."""

from bot.meetings.views.forms import Draft, cancelling, ending, form, length_field, rhythm_form
from bot.meetings.views.messages import (
    Changed,
    another_length,
    cancelled,
    confirmed,
    elsewhere,
    moved,
    no_longer,
    opening,
    planned,
    series_ended,
    series_planned,
)
from bot.meetings.views.overview import overview, ways
from bot.meetings.views.preview import LATER, Date, Preview, preview
from bot.meetings.views.refs import MeetingRef, MenuRef, PlanRef, PreviewRef, RhythmRef
from bot.meetings.views.words import choices, day_in_full, rhythm_of, rhythm_words, when
