"""The sender against a Slack that misbehaves: nothing is lost, nothing is doubled, the order stays."""

import io
import json
from datetime import timedelta

import pytest
import structlog

from bot import logs
from bot.delivery import claims, outbox, sendable
from bot.delivery.errors import ErrorKind
from bot.delivery.message import Message
from bot.delivery.states import OutboxState
from tests.delivery.conftest import ANNA, BRAM, CHANNEL, Post

METHOD = "chat.postMessage"


async def test_what_is_posted_can_be_found_edited_and_taken_back(office: Post) -> None:
    await office.post("a", "Eerst")
    await office.send()
    ts = (await office.row("a")).ts
    assert office.texts() == ["Eerst"]
    assert await office.store.read(outbox.ts_of, "a") == ts
    assert await office.store.read(outbox.key_of, CHANNEL, str(ts)) == "a"
    await office.store.transact(outbox.update, "a", Message("Daarna"))
    await office.send_until_done()
    assert office.texts() == ["Daarna"]
    await office.store.transact(outbox.delete, "a")
    await office.send_until_done()
    assert office.texts() == []


async def test_a_key_is_posted_once(office: Post) -> None:
    await office.post("a", "Eerst")
    await office.post("a", "Nog eens")
    await office.send()
    await office.post("a", "En nog eens")
    await office.send()
    assert office.texts() == ["Eerst"]


async def test_what_was_sent_is_wiped(office: Post) -> None:
    await office.post("a", "Vertrouwelijk")
    await office.send()
    row = await office.row("a")
    assert (row.state, row.payload) == ("sent", None)


async def test_edits_that_wait_become_one_and_the_latest_wins(office: Post) -> None:
    await office.post("a", "0")
    await office.send()
    for text in ("1", "2", "3"):
        await office.store.transact(outbox.update, "a", Message(text))
    await office.send_until_done()
    assert office.texts() == ["3"]
    assert office.calls("chat.update") == ["ok"]


async def test_a_thread_waits_for_its_first_message_and_keeps_its_order(office: Post) -> None:
    office.fault(METHOD, "ratelimited", seconds=5)
    await office.post("root", "Kaart")
    for n in range(3):
        await office.post(f"reply/{n}", str(n), thread="root")
    await office.send_until_done()
    assert office.texts() == ["Kaart", "0", "1", "2"]
    root = (await office.row("root")).ts
    replies = office.sandbox.workspace.messages[CHANNEL][1:]
    assert [message.thread_ts for message in replies] == [root] * 3


async def test_a_whisper_waits_for_the_thread_it_belongs_in(office: Post) -> None:
    office.fault(METHOD, "ratelimited", seconds=5)
    await office.post("root", "Kaart")
    await office.store.transact(outbox.post_ephemeral, CHANNEL, ANNA, Message("Psst"), thread="root")
    await office.send_until_done()
    assert office.texts(seen_by=ANNA) == ["Kaart", "Psst"]
    assert office.texts(seen_by=BRAM) == ["Kaart"]


async def test_slack_says_how_long_to_wait_and_only_that_method_waits(office: Post) -> None:
    office.fault(METHOD, "ratelimited", seconds=30)
    await office.post("a")
    await office.send()
    await office.store.transact(outbox.post_ephemeral, CHANNEL, ANNA, Message("Psst"))
    await office.send()
    assert office.texts(seen_by=ANNA) == ["Psst"]
    wait = await office.next_in()
    assert wait is not None
    assert 25 < wait <= 30
    office.pass_time(31)
    await office.send()
    assert office.texts() == ["Hoi"]


async def test_what_waits_behind_another_does_not_keep_the_machine_busy(office: Post) -> None:
    office.fault(METHOD, "500")
    await office.post("root", "Kaart")
    await office.post("reply", "Antwoord", thread="root")
    await office.send()
    wait = await office.next_in()
    assert wait is not None
    assert wait > 0.5


async def test_an_answer_that_got_lost_is_looked_up_and_not_sent_again(office: Post) -> None:
    office.fault(METHOD, "drop_after")
    await office.post("a")
    await office.send_until_done()
    assert office.texts() == ["Hoi"]
    assert office.calls("conversations.history") == ["ok"]
    assert (await office.row("a")).ts


async def test_a_look_up_that_fails_too_does_not_make_it_forget_the_first_time(office: Post) -> None:
    office.fault(METHOD, "drop_after")
    for kind in ("500", "drop_before", "ratelimited"):
        office.fault("conversations.history", kind)
    await office.post("a")
    await office.send_until_done()
    assert office.texts() == ["Hoi"]


async def test_a_reply_in_doubt_is_looked_up_in_its_thread(office: Post) -> None:
    await office.post("root", "Kaart")
    await office.send()
    office.fault(METHOD, "drop_after")
    await office.post("reply", "Antwoord", thread="root")
    await office.send_until_done()
    assert office.texts() == ["Kaart", "Antwoord"]
    assert office.calls("conversations.replies") == ["ok"]


async def test_a_request_that_never_arrived_is_sent_again(office: Post) -> None:
    office.fault(METHOD, "drop_before")
    await office.post("a")
    await office.send_until_done()
    assert office.texts() == ["Hoi"]


async def test_without_the_right_to_look_it_rather_comes_twice_than_not_at_all(office: Post) -> None:
    office.sandbox.workspace.scopes -= {"channels:history", "groups:history", "im:history"}
    office.fault(METHOD, "drop_after")
    await office.post("a")
    await office.send_until_done()
    assert office.texts() == ["Hoi", "Hoi"]


async def test_a_whisper_in_doubt_is_not_repeated(office: Post) -> None:
    office.fault("chat.postEphemeral", "drop_after")
    await office.store.transact(outbox.post_ephemeral, CHANNEL, ANNA, Message("Psst"))
    await office.send_until_done()
    assert office.texts(seen_by=ANNA) == ["Psst"]


@pytest.mark.parametrize("arrived", [True, False])
async def test_an_answer_in_the_private_conversation_that_is_in_doubt_is_not_mixed_up_with_another(
    office: Post, arrived: bool
) -> None:
    await office.store.transact(outbox.post_dm, ANNA, Message("Eerder"), key="earlier")
    await office.send()
    channel = str((await office.row("earlier")).channel)
    office.fault(METHOD, "drop_after" if arrived else "drop_before")
    await office.store.transact(outbox.post_ephemeral, channel, ANNA, Message("Antwoord"))
    await office.send_until_done()
    assert office.texts(channel) == (["Eerder", "Antwoord"] if arrived else ["Eerder"])
    assert office.calls("conversations.history") == []


async def test_a_private_message_in_doubt_is_looked_up_in_the_private_conversation(office: Post) -> None:
    office.fault(METHOD, "drop_after")
    await office.store.transact(outbox.post_dm, ANNA, Message("Voor jou"), key="note")
    await office.send_until_done()
    channel = str((await office.row("note")).channel)
    assert channel.startswith("D")
    assert office.texts(channel) == ["Voor jou"]


async def test_a_process_that_died_while_sending_is_followed_by_one_that_looks_first(office: Post) -> None:
    await office.post("a")
    ids, _ = await office.store.read(sendable.select_sendable, 1)
    [sending] = await office.store.transact(claims.claim, ids, 1)
    # It posts, and dies before it can write that down.
    await office.client.chat_postMessage(
        channel=CHANNEL,
        text="Hoi",
        metadata={"event_type": "intervisie", "event_payload": {"key": str(sending.key)}},
    )
    office.sender = office.another()
    await office.send()
    assert office.texts() == ["Hoi"]
    await office.send_until_done()
    assert office.texts() == ["Hoi"]
    assert (await office.row("a")).state == OutboxState.SENT


async def test_two_senders_post_each_message_once(office: Post) -> None:
    first, second = office.another(), office.another()
    for n in range(3):
        await office.post(f"a/{n}", str(n))
    await first.run()
    await second.run()
    await office.send_until_done()
    assert sorted(office.texts()) == ["0", "1", "2"]


async def test_a_place_that_is_gone_is_told_and_not_tried_again(office: Post) -> None:
    office.sandbox.workspace.channels[CHANNEL].is_archived = True
    await office.post("a")
    await office.send_until_done()
    [failure] = office.failures
    assert (failure.code, failure.kind, failure.channel) == ("is_archived", ErrorKind.GONE, CHANNEL)
    row = await office.row("a")
    assert (row.state, row.payload) == ("failed", None)
    assert len(office.calls(METHOD)) == 1


async def test_what_comes_too_late_is_dropped(office: Post) -> None:
    at = office.clock.now()
    await office.store.transact(outbox.post, CHANNEL, Message("Nu!"), key="a", expires_at=at)
    await office.send()
    assert office.texts() == []
    assert (await office.row("a")).state == OutboxState.DROPPED


@pytest.mark.parametrize(
    ("fault", "texts", "state"), [("drop_after", ["Nu"], "sent"), ("drop_before", [], "dropped")]
)
async def test_what_may_stand_there_when_its_time_is_over_counts_if_it_does_and_is_not_posted_any_more(
    office: Post, fault: str, texts: list[str], state: str
) -> None:
    until = office.clock.now() + timedelta(seconds=5)
    office.fault(METHOD, fault)
    await office.store.transact(outbox.post, CHANNEL, Message("Nu"), key="a", expires_at=until)
    await office.send_until_done()
    assert (office.texts(), (await office.row("a")).state) == (texts, state)


async def test_what_belongs_under_a_message_that_failed_is_dropped(office: Post) -> None:
    office.fault(METHOD, "error", code="msg_blocks_too_long")
    await office.post("root", "Kaart")
    await office.post("reply", "Antwoord", thread="root")
    await office.send_until_done()
    assert office.texts() == []
    reply = await office.row("reply")
    # By this reason its key is free again.
    assert (reply.state, reply.error) == (OutboxState.DROPPED, outbox.NO_TARGET)


async def test_slack_that_stays_away_is_given_up_in_the_end(office: Post) -> None:
    office.fault(METHOD, "500", times=1000)
    await office.post("a")
    await office.send_until_done(moments=300)
    assert (await office.row("a")).state == OutboxState.FAILED
    assert [failure.code for failure in office.failures] == ["no_answer"]
    assert len(office.calls(METHOD)) == 61


async def test_a_question_and_its_answer_and_its_refusal(office: Post) -> None:
    for channel in (CHANNEL, "C0NERGENS"):
        await office.store.transact(
            outbox.call_api,
            "conversations.members",
            {"channel": channel, "limit": 200},
            answer="test.answer",
            subject=channel,
            about={"round": 3},
        )
    await office.send_until_done()
    known, unknown = sorted(office.answers, key=lambda answer: answer.error)
    assert ANNA in known.data["members"]
    assert known.about == unknown.about == {"round": 3}
    assert (unknown.subject, unknown.error) == ("C0NERGENS", "channel_not_found")


async def ask_who_is_there(office: Post) -> None:
    about = {"channel": CHANNEL, "limit": 200}
    await office.store.transact(
        outbox.call_api, "conversations.members", about, answer="test.answer", subject=CHANNEL
    )


async def test_an_answer_that_a_room_stumbled_over_is_asked_for_again_a_little_later(office: Post) -> None:
    office.stumbles = 2
    await ask_who_is_there(office)
    await office.send()
    assert (len(office.calls("conversations.members")), office.answers) == (1, [])
    await office.send_until_done()
    assert [answer.error for answer in office.answers] == [""]
    assert len(office.calls("conversations.members")) == 3


async def test_no_call_is_refused_for_its_speed(office: Post) -> None:
    for n in range(12):
        await office.post(f"a/{n}", str(n))
    await office.send_until_done()
    assert office.texts() == [str(n) for n in range(12)]
    assert "ratelimited" not in office.calls(METHOD)


@pytest.mark.parametrize("whose", ["session", "group"])
async def test_a_line_about_a_message_says_whose_it_is_and_nothing_of_what_it_says(
    office: Post, whose: str
) -> None:
    out = io.StringIO()
    structlog.configure(
        processors=[*logs.PROCESSORS, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(out),
    )
    try:
        office.fault(METHOD, "error", code="is_archived")
        await office.post(f"{whose}/0123456789abcdef/card", "Vertrouwelijk")
        await office.send()
    finally:
        structlog.reset_defaults()
    [line] = [json.loads(line) for line in out.getvalue().splitlines()]
    assert (line["event"], line["outcome"]) == ("slack_refused", "is_archived")
    assert (line["workspace"], line[whose]) == ("T0OURS", "0123456789abcdef")
    assert "Vertrouwelijk" not in out.getvalue()
