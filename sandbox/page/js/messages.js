// Messages in a channel, a conversation or a thread.

import { avatar, count, h, notified } from "./dom.js";
import { blocks } from "./blocks.js";
import { clockTime, inZone } from "./dates.js";
import { mrkdwn } from "./mrkdwn.js";
import { badge, post, state, user } from "./store.js";

// Our guess: within so many seconds one name and avatar stand above what somebody says.
const TOGETHER = 300;

export function list(messages, { openThread } = {}) {
  let day = "";
  let before = null;
  return messages.flatMap((message) => {
    const at = new Date(Number(message.ts) * 1000);
    const name = inZone(at, { weekday: "long", day: "numeric", month: "long" });
    const divider = name === day ? [] : [h("div", { class: "day", role: "separator" }, name)];
    const grouped = divider.length === 0 && together(before, message);
    day = name;
    before = message;
    return [...divider, one(message, at, openThread, grouped)];
  });
}

// What only the reader sees, and the first message of a thread, stand by themselves.
function together(before, message) {
  return before !== null && before.user === message.user && before.thread_ts === message.thread_ts
    && !before.ephemeral && !message.ephemeral && Number(message.ts) - Number(before.ts) < TOGETHER;
}

function one(message, at, openThread, grouped) {
  const author = user(message.user);
  const problem = h("div", { class: "problem", role: "alert" });
  const act = async (block, action) => {
    problem.textContent = "";
    const answer = await post("action", { source: { kind: "message", channel: message.channel, ts: message.ts }, block_id: block.block_id || "", action });
    if (!answer.ok) problem.textContent = answer.message;
  };
  const body = message.blocks.length ? blocks(message.blocks, act, { message: message.ts }) : message.text ? mrkdwn(message.text) : null;
  const unread = badge(message.channel, message.ts);
  const replied = message.reply_count === 1 ? "1 reactie" : `${message.reply_count} reacties`;
  const replies = openThread && message.reply_count > 0 && h(
    "button",
    { class: "replies", type: "button", "aria-label": unread && `${replied}, ${notified(unread.notifications)}`, "data-key": `thread-${message.ts}`, onclick: () => openThread(message.ts) },
    message.reply_users.slice(0, 3).map((id) => avatar(user(id), state.boot.users, true)),
    replied,
    unread && count(unread.notifications),
  );
  const answer = openThread && !message.ephemeral && !message.reply_count && h("button", { class: "replies quiet", type: "button", onclick: () => openThread(message.ts) }, "Reageer in een thread");
  return h(
    "article",
    { class: `message${message.ephemeral ? " private" : ""}${grouped ? " grouped" : ""}`, "data-ts": message.ts },
    grouped ? h("div", { class: "gutter" }) : avatar(author, state.boot.users),
    h(
      "div",
      { class: "body" },
      message.ephemeral && h("div", { class: "only" }, "Alleen jij ziet dit"),
      // A screen reader still says who speaks.
      h(
        "div",
        { class: grouped ? "by unseen" : "by" },
        h("span", { class: "who" }, author.real_name),
        author.is_bot && h("span", { class: "app" }, "APP"),
        h("time", { class: "at", datetime: at.toISOString() }, clockTime(at)),
      ),
      body,
      message.files.map((file) => h(
        "a",
        { class: "file", href: `/ui/file/${file.id}?as=${state.me}`, download: file.name },
        h("b", {}, file.title),
        h("span", { class: "dim" }, `${file.name}, ${file.size} bytes`),
      )),
      message.edited && h("span", { class: "only" }, "(bewerkt)"),
      problem,
      replies || answer,
    ),
  );
}
