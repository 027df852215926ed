"""Activities: what people do in a phase, or in a part of it. Each is a file here, and a row in this table."""

from bot.rounds.activities import (
    answer,
    arrival,
    evaluate,
    harvest,
    look_back,
    rate,
    respond,
    reword,
    silence,
    tell,
    think,
    turns,
    write,
)
from bot.sessions.service import register_activity

TABLE = (
    arrival.Arrival(),
    look_back.LookBack(),
    tell.Tell(),
    write.Write(),
    rate.Rate(),
    answer.Answer(),
    reword.Reword(),
    think.Think(),
    turns.Turns(),
    silence.Silence(),
    respond.Respond(),
    harvest.Harvest(),
    evaluate.Evaluate(),
)

for _activity in TABLE:
    register_activity(_activity)
