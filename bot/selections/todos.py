"""To-dos of selections on the Home tab: a presenter is asked to bring their case now, and a line waits for its owner."""

from bot.groups import service as groups
from bot.selections import queries
from bot.selections.views import CandidateRef
from bot.selections.views.private import line_todo, presenter_todo
from bot.slack.todos import Todo
from bot.storage import Tx


def todos_of(tx: Tx, user: str) -> list[Todo]:
    t = groups.texts_of(tx, user)
    found = []
    for selection, case in queries.asked_of(tx, user):
        place = groups.group_by_id(tx, selection.group_id).channel
        found.append(presenter_todo(t, CandidateRef(selection.id, case.id), case.title, place, tx.now))
    for selection, case in queries.lines_of(tx, user):
        place = groups.group_by_id(tx, selection.group_id).channel
        ref = CandidateRef(selection.id, case.id)
        leader = selection.facilitator or selection.started_by
        found.append(line_todo(t, ref, leader, place, case.title, case.question, tx.now))
    return found
