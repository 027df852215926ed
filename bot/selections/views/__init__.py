"""Views of selections."""

from bot.selections.views.refs import CandidateRef, ExtendSelection, LineForm, SelectionControl, SelectionRef
from bot.selections.views.selection_view import Candidate, SelectionView
